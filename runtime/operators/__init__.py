"""What a stage may `use`: one folder a verb, one operator a file."""
