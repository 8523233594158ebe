//! The daemon: `org.migasfree.Client1` on the bus, the queue of jobs, and the caches that answer without the server.
//!
//! The daemon itself only decides and remembers. A job that writes runs in a process of its own, `migasfreed run-job`:
//! under systemd as the transient unit `migasfree-job-<id>`, elsewhere in a process group of its own. It has neither the
//! daemon's hardening nor its life span. The two talk through the job's folder: the worker appends to
//! `events` and `output`, the daemon reads them, and a lock on the folder says whether the worker lives. A daemon that
//! starts again therefore finds every job as it is.
