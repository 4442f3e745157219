"""Language models: one causal network a file. `contract` says what each is given and what it gives back."""
