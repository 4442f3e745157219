"""The verdicts on a study's claims, and what they could have found."""
