//! Seals and opens the messages of the migasfree 5 client protocol.
