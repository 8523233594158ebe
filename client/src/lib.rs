//! The computer's side of migasfree: the daemon and the command line.
