"""Verification of evidence: passages, values and names of the data against the texts of the sources.

The data, the texts and the profiles of the sources enter; findings leave, in the form that validation gives.
"""
