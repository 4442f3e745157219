"""The catalog: what operators and components this runtime has, for the compiler to read."""
