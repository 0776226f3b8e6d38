"""What calls do, which artefacts they name, and how both travel through callers."""
