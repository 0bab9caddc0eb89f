"""Plans that people decide about: through whom a message and an offer of help reach those whom they are for."""
