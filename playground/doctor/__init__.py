"""The doctor: ranks the likely causes of a failure by the evidence of the very flow it ended."""
