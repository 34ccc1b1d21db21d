"""Writers: one for each form that a definition can be given to AWS in, all from the same model."""
