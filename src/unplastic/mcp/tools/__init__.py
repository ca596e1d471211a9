"""The tools, one file a subject. Each class here is made with the house, and its public methods are its tools."""
