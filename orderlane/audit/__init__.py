"""Moving a row from state to state; who, when, why."""
