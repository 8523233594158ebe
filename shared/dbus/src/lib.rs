//! The D-Bus interface org.migasfree.Client1: names, records, proxies.
