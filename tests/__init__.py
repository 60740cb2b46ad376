"""Stories, contracts, architecture, browser and fault tests; tests of one room lie beside its code."""
