"""Networks: one featurizer a file. `contract` says what each is given and what it gives back."""
