"""What Orderlane asks of the outside: four kinds of connector, and the words they answer in."""
