"""A suite: many studies in one run. Shared tasks are computed once, and jobs are packed together."""
