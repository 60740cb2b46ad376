"""What must hold when processes die, race, freeze, or the database stops: real kills, real PostgreSQL, real HTTP."""
