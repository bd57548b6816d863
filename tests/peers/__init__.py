"""The other side of the tests: web archives and faulty servers on this machine, and the guard that keeps it so."""
