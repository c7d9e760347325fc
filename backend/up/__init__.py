"""`niteru up`: every process of a deployment on one machine, started, watched and stopped together."""
