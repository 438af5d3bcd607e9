"""Calculations: small ones answered at once, larger ones as jobs that no crash loses."""
