//! The migasfree server: fleet management for GNU/Linux desktops.
