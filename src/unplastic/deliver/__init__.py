"""What leaves the house: masters, plates, grain that reaches the viewer, cuts, colour files and provenance."""
