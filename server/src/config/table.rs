//! Every setting, once: its place in the file, type, default and meaning. What is set in the environment has the name of the
//! field.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderName;
use migasfree_server_audit::export::Targets;
use migasfree_server_auth::providers::{LdapSettings, OidcSettings};
use migasfree_server_body::{Caps, pace::Pace};
use migasfree_server_db::zone::Zone;
use migasfree_server_domain::{
    core::PROXIES,
    settings::{self as domain, ClientSettings, Names},
};
use migasfree_server_entity::body::Limits;
use migasfree_server_mail::{self as mail, MailServer};
use migasfree_server_protocol as protocol;
use url::{Host, Url};

use crate::acceptor::Acceptor;

use super::check::{https, log_filter, postgres, search_fields, status, webhook, within};
use super::providers::ProviderList;
use super::proxies::NamedProxies;
use super::tls::{PlainHttp, TlsClients, TlsMode, TlsVersion};
use super::value::{Hidden, LogFormat, Misplaced, PublicUrl, Secret, SettingValue, SyslogUrl};

const MIB: u64 = 1024 * 1024;

/// How one setting is named, read and shown.
pub(super) struct Setting {
    /// Section and key, as in `limits.body_mb`.
    pub path: &'static str,
    name: &'static str,
    pub help: &'static str,
    /// The text of what stands in the file.
    pub read: fn(&toml::Value) -> Result<String, Misplaced>,
    pub set: fn(&mut Settings, &str) -> Result<(), String>,
    pub show: fn(&Settings) -> String,
}

impl Setting {
    /// The one of a path.
    pub fn of(path: &str) -> Option<&'static Self> {
        TABLE.iter().find(|setting| setting.path == path)
    }

    /// The variable of the environment.
    pub fn variable(&self) -> String {
        match self.name {
            "database_url" => "DATABASE_URL".to_owned(),
            name => format!("MIGASFREE_{}", name.to_uppercase()),
        }
    }
}

macro_rules! settings {
    (
        $($name:ident $path:literal: $type:ty = $default:literal $(where $check:expr)?, $help:literal;)*
        @clients {
            $($inner:ident $inner_path:literal at $($field:ident).+: $inner_type:ty, $inner_help:literal;)*
        }
    ) => {
        /// The settings in force.
        #[derive(Debug, Clone)]
        pub struct Settings {
            $(#[doc = $help] pub $name: $type,)*
            /// What computers are told, and by which rules they are served.
            pub clients: ClientSettings,
        }

        impl Default for Settings {
            fn default() -> Self {
                $(
                    let $name = <$type as SettingValue>::parse($default);
                )*
                Self {
                    $($name: $name.expect(concat!("the default of ", stringify!($name))),)*
                    clients: ClientSettings::default(),
                }
            }
        }

        /// Every setting, in the order they are explained.
        pub(super) const TABLE: &[Setting] = &[$(
            Setting {
                path: $path,
                name: stringify!($name),
                help: $help,
                read: <$type as SettingValue>::read,
                set: |settings, text| {
                    let value = <$type as SettingValue>::parse(text)?;
                    $($check(&value)?;)?
                    settings.$name = value;
                    Ok(())
                },
                show: |settings| settings.$name.show(),
            },
        )* $(
            Setting {
                path: $inner_path,
                name: stringify!($inner),
                help: $inner_help,
                read: <$inner_type as SettingValue>::read,
                set: |settings, text| {
                    settings.clients.$($field).+ = <$inner_type as SettingValue>::parse(text)?;
                    Ok(())
                },
                show: |settings| settings.clients.$($field).+.show(),
            },
        )*];
    };
}

settings! {
    data "data": PathBuf = "migasfree-data",
        "Folder with everything the server stores.";
    trusted_proxies "proxies": NamedProxies = "this_machine=127.0.0.1,this_machine=::1",
        "The proxies whose X-Forwarded-For and X-Forwarded-Proto are believed, each with a name and its addresses and networks (10.1.0.0/16); empty means none.";
    listen "listen.address": SocketAddr = "127.0.0.1:8080",
        "Address and port the server listens on; port 0 takes any free one.";
    public_url "listen.public_url": Option<PublicUrl> = "",
        "Address under which people and computers reach the server; without it, links carry the address of the listener.";
    tls_mode "tls.mode": TlsMode = "off",
        "Where the certificate comes from: off (no TLS here), files, acme (from an authority such as Let's Encrypt), or internal (one of the server's own, for first steps).";
    tls_certificate "tls.certificate": Option<PathBuf> = "",
        "The certificate and those that lead from it to an authority (PEM), with tls.mode = files; read again when it changes.";
    tls_key "tls.key": Option<PathBuf> = "",
        "The key of that certificate (PEM).";
    tls_minimum_version "tls.minimum_version": TlsVersion = "1.2",
        "The oldest version that is spoken: 1.2 or 1.3.";
    tls_names "tls.names": Names = "",
        "Names the certificate is for, with tls.mode = acme or internal; without them, that of listen.public_url, and for internal also this machine's.";
    tls_plain_listen "tls.plain_listen": Option<SocketAddr> = "",
        "Address and port for http beside TLS, such as 0.0.0.0:80: it leads browsers to https, and answers computers that know no other address.";
    plain_http "tls.plain_http": PlainHttp = "answer",
        "What programs and computers get that call over http: answer, or refuse (403). Browsers that open the console are led to https either way, where the server speaks it.";
    hsts_seconds "tls.hsts_seconds": u32 = "0" where within::<0, 63_072_000>,
        "Seconds for which browsers, once they came over https, open this server over nothing else; 0 tells them nothing.";
    acme_directory "tls.acme_directory": Url = "https://acme-v02.api.letsencrypt.org/directory" where https,
        "Directory of the ACME authority. It is used with tls.mode = acme, which takes its terms of service as agreed to.";
    acme_contact "tls.acme_contact": String = "",
        "Mail address the ACME authority may write to.";
    acme_authority "tls.acme_authority": Option<PathBuf> = "",
        "Certificates (PEM) by which the ACME authority itself is known, instead of those the system trusts.";
    tls_clients "tls.clients": TlsClients = "none",
        "Who has to show a certificate: none, computers (sealed and native calls), console (operators and their programs) or both.";
    clients_authority "tls.clients_authority": Option<PathBuf> = "",
        "The authorities (PEM) that issue certificates of computers and people.";
    clients_header "tls.clients_header": Option<HeaderName> = "",
        "Header in which named proxies pass on the certificate of whoever called them; from anybody else it counts for nothing.";
    database_url "database.url": Option<Secret> = "" where postgres,
        "postgres://user:password@host/database; without it the data folder holds a SQLite file.";
    database_connections "database.connections": u32 = "20" where within::<2, 1_000>,
        "Most connections to PostgreSQL at the same time.";
    log "log.filter": String = "info" where log_filter,
        "What is logged: error, warn, info, debug or trace, also per module (info,migasfree_server_protocol=debug).";
    log_format "log.format": LogFormat = "text",
        "How the log is written to standard error: text or json.";
    session_hours "sign_in.session_hours": u32 = "12" where within::<1, 8_760>,
        "Hours without a request after which a session of the admin UI ends.";
    login_failures "sign_in.login_failures": u32 = "10",
        "Failed logins for one name from one address (of IPv6, one /64) in 5 minutes; 0 means no limit.";
    legacy_tokens "sign_in.legacy_tokens": bool = "true",
        "Tokens as version 5 has them (Authorization: Token …) are made and taken; API keys are there in any case.";
    common_packager_key "sign_in.common_packager_key": bool = "true",
        "Uploads signed with the key that all packagers of an imported installation shared (migasfree-packager in the folder keys) are taken.";
    oidc_providers "providers.oidc": ProviderList<OidcSettings> = "",
        "Providers of OpenID Connect whose accounts sign in, each below [[providers.oidc]] of its own.";
    ldap_providers "providers.ldap": ProviderList<LdapSettings> = "",
        "LDAP directories whose accounts sign in, each below [[providers.ldap]] of its own.";
    audit_syslog "audit.syslog": Option<SyslogUrl> = "",
        "Where the audit is sent as syslog (RFC 5424): tcp://host:601 or tls://host:6514; without it, nowhere.";
    audit_webhook "audit.webhook": Option<Secret> = "" where webhook,
        "Where the audit is sent by POST as lines of JSON (https://…); without it, nowhere.";
    audit_webhook_secret "audit.webhook_secret": Option<Secret> = "",
        "The secret with which what is sent there is signed.";
    audit_authorities "audit.authorities": Option<PathBuf> = "",
        "File (PEM) with authorities that are believed besides the system's when the audit is sent.";
    mail_server "mail.server": Option<MailServer> = "",
        "Server that takes mail: smtps://mail.example (encrypted from the beginning), smtp://mail.example:587 (STARTTLS, without which nothing is sent), smtp://localhost (in the clear); without it, no mail is sent.";
    mail_user "mail.user": String = "",
        "Name of the server's account at the mail server, if that asks for one.";
    mail_password "mail.password": Option<Hidden> = "",
        "Its password.";
    mail_authorities "mail.authorities": Option<PathBuf> = "",
        "File (PEM) with authorities that are believed besides the system's when mail is sent.";
    mail_sender "mail.sender": String = "Migasfree <migasfree@localhost>",
        "Whom mail of the server is from.";
    autoregister "computers.autoregister": bool = "true",
        "Unknown platforms, projects and computers may register without an operator's credentials.";
    default_computer_status "computers.default_status": String = "assigned" where status,
        "Status of a computer when it registers.";
    computer_search_fields "computers.search_fields": Names = "id,name" where search_fields,
        "Columns a computer is shown and searched by; the first one that is not id gives its name.";
    seconds_message_alert "computers.alert_seconds": u32 = "1800" where within::<1, 604_800>,
        "Seconds after which a computer that began a synchronization counts as delayed.";
    hardware_period_days "computers.hardware_period_days": u32 = "30",
        "Days after which a computer captures its hardware again.";
    notify_new_computer "notify.new_computer": bool = "false",
        "Write a notification when a computer registers.";
    notify_change_uuid "notify.change_uuid": bool = "false",
        "Write a notification when a computer comes with another UUID.";
    notify_change_name "notify.change_name": bool = "false",
        "Write a notification when a computer comes with another name.";
    notify_change_ip "notify.change_ip": bool = "false",
        "Write a notification when a computer comes with another address.";
    rate_anonymous "limits.rate_anonymous": u32 = "100",
        "Wrong passwords from one address (of IPv6, one /64) in a minute, as many bad tokens, and as many requests without either; 0 means no limit.";
    rate_operator "limits.rate_operator": u32 = "1000",
        "Requests of one operator in a minute; 0 means no limit.";
    rate_computers "limits.rate_computers": u32 = "0",
        "Requests of computers from one address (of IPv6, one /64) in a minute; 0 means no limit, because many computers may share one.";
    computer_calls_per_minute "limits.computer_calls_per_minute": u32 = "120" where within::<0, 100_000>,
        "Sealed calls of one computer in a minute, and twice as many at once; 0 means no limit. A synchronization is about 15.";
    connections_per_address "limits.connections_per_address": u32 = "256" where within::<0, 1_000_000>,
        "Connections from one address (of IPv6, one /64) at the same time, but for named proxies; 0 means no limit. Live connections (WebSockets) are not counted.";
    new_computers_per_address "limits.new_computers_per_address": u32 = "60" where within::<0, 1_000_000>,
        "Computers nobody knows that may register from one address (of IPv6, one /64) in an hour, and five times as many at once; 0 means no limit. Those that somebody who may add computers vouches for do not count.";
    new_computers_per_project "limits.new_computers_per_project": u32 = "600" where within::<0, 1_000_000>,
        "The same for one project, wherever they are.";
    new_projects_per_address "limits.new_projects_per_address": u32 = "20",
        "Projects that may be brought along from one address (of IPv6, one /64) in an hour without an operator's credentials; 0 means no limit.";
    sockets_per_account "limits.sockets_per_account": u32 = "32",
        "Live connections (WebSockets) of one operator at the same time; 0 means no limit.";
    remote_enabled "remote.enabled": bool = "true",
        "Remote support goes through this server. Of several servers of one database, let one do it.";
    remote_keep_alive_seconds "remote.keep_alive_seconds": u32 = "60" where within::<15, 120>,
        "Seconds of silence after which agents and operators are asked whether they are still there.";
    remote_resume_seconds "remote.resume_seconds": u32 = "120" where within::<10, 3_600>,
        "Seconds for which a session waits for an end whose connection broke, also when the server starts anew.";
    remote_agents "remote.agents": u32 = "50000" where within::<1, 1_000_000>,
        "Most agents of computers at the same time.";
    remote_sessions "remote.sessions": u32 = "1000" where within::<1, 100_000>,
        "Most sessions at the same time.";
    remote_version_1 "remote.version_1": bool = "false",
        "Agents of version 1 may come, too, with the certificate of their computer: for the time of a migration.";
    property_values "limits.property_values": u32 = "1000" where within::<1, 100_000>,
        "Most values of one property a computer may report; those beyond are left out, and noted.";
    reported_names "limits.reported_names": u32 = "1000" where within::<10, 100_000>,
        "Most tags, properties or faults that one message of a computer may name; one with more is refused.";
    software_packages "limits.software_packages": u32 = "20000" where within::<1, 1_000_000>,
        "Most packages on the software list of one computer; a longer list is refused.";
    new_packages_per_day "limits.new_packages_per_day": u32 = "2000" where within::<0, 1_000_000>,
        "Packages that nobody has seen which one computer may bring on its software lists in a day, and ten times as many at once; 0 means no limit.";
    new_attributes_per_day "limits.new_attributes_per_day": u32 = "500" where within::<0, 1_000_000>,
        "Values of attributes that nobody has had which one computer may report in a day, and ten times as many at once; 0 means no limit.";
    new_users_per_day "limits.new_users_per_day": u32 = "50" where within::<0, 1_000_000>,
        "Users whom nobody has seen that one computer may report in a day, and ten times as many at once; 0 means no limit.";
    report_text_kb "limits.report_text_kb": u32 = "64" where within::<1, 4_096>,
        "Longest text of an error or a fault a computer reports, in KiB; the middle of a longer one is left out.";
    body_limit_mb "limits.body_mb": u32 = "16" where within::<1, 1_024>,
        "Largest body of an ordinary request of an operator, and of a sealed call without a file, in MiB.";
    upload_limit_mb "limits.upload_mb": u32 = "4096" where within::<1, 1_048_576>,
        "Largest upload, in MiB.";
    upload_parts "limits.upload_parts": u32 = "1000" where within::<1, 100_000>,
        "Most parts of an operator's form: fields and files.";
    anonymous_body_kb "limits.anonymous_body_kb": u32 = "64" where within::<1, 16_384>,
        "Largest body of a request before sign-in, in KiB.";
    anonymous_parts "limits.anonymous_parts": u32 = "20" where within::<4, 1_000>,
        "Most parts of a form before sign-in, and of a sealed call.";
    part_head_kb "limits.part_head_kb": u32 = "8" where within::<1, 1_024>,
        "Longest head of one part of a form, which holds its name, in KiB.";
    request_timeout_seconds "time.request_seconds": u32 = "60" where within::<1, 3_600>,
        "Seconds an ordinary request may take, besides those its body needs at the slowest pace.";
    upload_timeout_seconds "time.upload_seconds": u32 = "3600" where within::<1, 86_400>,
        "Seconds a request with a large body may take.";
    idle_timeout_seconds "time.idle_seconds": u32 = "60" where within::<1, 3_600>,
        "Seconds of silence after which a connection ends: before its next request, or within the body of one.";
    slowest_bytes_per_second "time.slowest_bytes_per_second": u32 = "1024",
        "A body or an answer that goes slower than this ends; 0 bears everything.";
    slow_seconds "time.slow_seconds": u32 = "60" where within::<1, 3_600>,
        "Seconds over which that is measured.";
    anonymous_slow_seconds "time.anonymous_slow_seconds": u32 = "15" where within::<1, 3_600>,
        "Seconds over which it is measured for a body that comes before sign-in.";
    stop_timeout_seconds "time.stop_seconds": u32 = "20",
        "Seconds running requests and jobs get to finish when the server stops.";
    keep_synchronizations_days "keep.synchronizations_days": u32 = "730" where within::<0, 36_500>,
        "Days synchronizations are kept; 0 keeps them for ever. Below 366, a computer may count twice in a year.";
    keep_errors_days "keep.errors_days": u32 = "365" where within::<0, 36_500>,
        "Days errors of computers are kept; 0 keeps them for ever.";
    keep_faults_days "keep.faults_days": u32 = "365" where within::<0, 36_500>,
        "Days faults of computers are kept; 0 keeps them for ever.";
    keep_notifications_days "keep.notifications_days": u32 = "365" where within::<0, 36_500>,
        "Days notifications are kept; 0 keeps them for ever.";
    keep_status_logs_days "keep.status_logs_days": u32 = "0" where within::<0, 36_500>,
        "Days changes of the status of computers are kept; 0 keeps them for ever.";
    keep_software_history_days "keep.software_history_days": u32 = "730" where within::<0, 36_500>,
        "Days the software history of computers is kept; 0 keeps it for ever. What is installed stays known, since when goes back no further.";
    keep_computer_keys_days "keep.computer_keys_days": u32 = "90" where within::<0, 36_500>,
        "Days keys of computers are kept that nobody decided about, that were rejected, or that have a successor; 0 keeps them for ever.";
    keep_audit_days "keep.audit_days": u32 = "730" where within::<0, 36_500>,
        "Days the audit is kept; 0 keeps it for ever.";
    keep_remote_sessions_days "keep.remote_sessions_days": u32 = "730" where within::<0, 36_500>,
        "Days sessions of remote support are kept; 0 keeps them for ever. One goes no sooner than its recording.";
    keep_recordings_days "keep.recordings_days": u32 = "90" where within::<0, 36_500>,
        "Days recordings of remote support are kept; 0 keeps them for ever.";
    keep_actions_days "keep.actions_days": u32 = "365" where within::<0, 36_500>,
        "Days actions, and what came of them, are kept; 0 keeps them for ever.";
    keep_jobs_days "keep.jobs_days": u32 = "7" where within::<0, 36_500>,
        "Days ended background jobs are kept; 0 keeps them for ever. Those of every hour go after a day.";
    keep_reports_per_computer "keep.reports_per_computer": u32 = "1000" where within::<0, 1_000_000>,
        "Errors, and as many faults, that are kept of one computer, checked or not: the newest; 0 keeps all of them.";
    keep_unchecked "keep.unchecked": bool = "true",
        "Errors, faults and notifications nobody has checked are kept, however old.";
    job_workers "jobs.workers": u32 = "2" where within::<0, 64>,
        "Repositories published at the same time, beside one job of housekeeping; 0 leaves all background jobs to other servers of the same database.";
    @clients {
        organization "organization.name" at organization: String,
            "Name of the organisation, as computers show it.";
        contact "organization.contact" at contact: String,
            "Mail address of those who run the server.";
        homepage "organization.homepage" at homepage: String,
            "Home page shown with the server's data.";
        help_desk "organization.help_desk" at help_desk: String,
            "How users reach the help desk; printed on the labels of computers.";
        time_zone "organization.time_zone" at time_zone: Zone,
            "Zone of local times and of the day deployments open, such as Europe/Madrid; without it, the machine's.";
        firmware_fillers "computers.firmware_fillers" at firmware_fillers: Names,
            "UUIDs that makers leave in the firmware of many computers, in any spelling: they count as none.";
        fix_removed_tags_undo_packages "fixes.removed_tags_undo_packages" at fixes.removed_tags_undo_packages: bool,
            "Removing a tag answers with the inverse package actions of its deployments.";
        fix_names_identify_mac_uuids_only "fixes.names_identify_mac_uuids_only" at fixes.names_identify_mac_uuids_only: bool,
            "A computer is found by its name alone only if its UUID is made of its MAC address.";
        fix_domains_see_all_attributes "fixes.domains_see_all_attributes" at fixes.domains_see_all_attributes: bool,
            "Domains see every attribute of a computer, also those derived by the server.";
        fix_broken_sets_are_skipped_alone "fixes.broken_sets_are_skipped_alone" at fixes.broken_sets_are_skipped_alone: bool,
            "An attribute set with a broken dependency is left out alone, not all of them with it.";
        fix_policies_need_no_deployment "fixes.policies_need_no_deployment" at fixes.policies_need_no_deployment: bool,
            "Policies apply also to computers that no deployment reaches.";
        fix_no_preference_is_limited "fixes.no_preference_is_limited" at fixes.no_preference_is_limited: bool,
            "Who has domains and prefers none of them sees what is in those, not everything.";
    }
}

impl Settings {
    /// Start of every address the server gives out, without a slash at the end; with this scheme where nothing is said of it.
    pub fn base_url(&self, scheme: &str) -> String {
        self.public_url
            .as_ref()
            .map_or_else(|| format!("{scheme}://{}", self.listen), PublicUrl::base)
    }

    /// Whether the server itself speaks TLS.
    pub fn ends_tls(&self) -> bool {
        self.tls_mode != TlsMode::Off
    }

    /// How addresses begin that lead to the server, where `acceptor` begins connections without TLS of these settings.
    pub fn scheme(&self, acceptor: &dyn Acceptor) -> &'static str {
        if self.ends_tls() {
            "https"
        } else {
            acceptor.scheme()
        }
    }

    /// What the server's certificate is for: the names that are set, or that of the address people use.
    pub fn certificate_names(&self) -> Vec<String> {
        if !self.tls_names.is_empty() {
            return self.tls_names.0.clone();
        }
        let host = self.public_url.as_ref().and_then(|url| url.0.host());
        host.map(|host| match host {
            Host::Domain(name) => name.to_owned(),
            Host::Ipv4(address) => address.to_string(),
            Host::Ipv6(address) => address.to_string(),
        })
        .into_iter()
        .collect()
    }

    /// Where the audit is sent.
    pub fn audit_targets(&self) -> Targets {
        let secret = |setting: &Option<Secret>| setting.as_ref().map(|secret| secret.0.clone());
        let host = Url::parse(&self.base_url("http")).ok();
        let host = host.and_then(|url| url.host_str().map(str::to_owned));
        Targets {
            syslog: self.audit_syslog.as_ref().map(|url| url.0.clone()),
            webhook: secret(&self.audit_webhook).and_then(|url| Url::parse(&url).ok()),
            webhook_secret: secret(&self.audit_webhook_secret),
            authorities: self.audit_authorities.clone(),
            host: host.unwrap_or_default(),
        }
    }

    /// What signing in goes by, where connections come in with this scheme.
    pub fn sign_in(&self, scheme: &str) -> migasfree_server_auth::Settings {
        migasfree_server_auth::Settings {
            base: self.base_url(scheme),
            public_url: self.public_url.as_ref().map(|url| url.0.clone()),
            trusted_proxies: self.trusted_proxies.networks(),
            ends_tls: self.ends_tls(),
            session: Duration::from_secs(u64::from(self.session_hours) * 3600),
            login_failures: self.login_failures,
            rate_anonymous: self.rate_anonymous,
            rate_operator: self.rate_operator,
            legacy_tokens: self.legacy_tokens,
            no_preference_sees_all: !self.clients.fixes.no_preference_is_limited,
            folder: self.data.clone(),
            proxies: PROXIES,
        }
    }

    /// How mail is sent, if it is.
    pub fn mail(&self) -> Option<mail::Settings> {
        let server = self.mail_server.clone()?;
        let password = self.mail_password.clone();
        let name = self.mail_user.clone();
        Some(mail::Settings {
            server,
            account: password.map(|Hidden(password)| (name, password)),
            sender: self.mail_sender.clone(),
            authorities: self.mail_authorities.clone(),
        })
    }

    /// What the domain goes by, where connections come in with this scheme.
    pub fn domain(&self, scheme: &str) -> domain::Settings {
        let memory = |bytes: u64| usize::try_from(bytes).unwrap_or(usize::MAX);
        domain::Settings {
            base: self.base_url(scheme),
            data: self.data.clone(),
            clients: self.clients.clone(),
            default_computer_status: self.default_computer_status.clone(),
            notify_new_computer: self.notify_new_computer,
            computer_search_fields: self.computer_search_fields.clone(),
            seconds_message_alert: self.seconds_message_alert,
            hardware_period_days: self.hardware_period_days,
            operator: Limits {
                memory: memory(u64::from(self.body_limit_mb) * MIB),
                file: self.upload_limit(),
                caps: self.operator_caps(),
            },
            anonymous: Limits {
                memory: memory(self.anonymous_caps().whole),
                file: 0,
                caps: self.anonymous_caps(),
            },
            reports: domain::Reports {
                notify_uuid: self.notify_change_uuid,
                notify_name: self.notify_change_name,
                notify_ip: self.notify_change_ip,
                property_values: self.property_values,
                names: self.reported_names,
                software_packages: self.software_packages,
                new_packages_per_day: self.new_packages_per_day,
                new_attributes_per_day: self.new_attributes_per_day,
                new_users_per_day: self.new_users_per_day,
                text: self.report_text(),
            },
            keep: domain::Keep {
                synchronizations: self.keep_synchronizations_days,
                errors: self.keep_errors_days,
                faults: self.keep_faults_days,
                notifications: self.keep_notifications_days,
                status_logs: self.keep_status_logs_days,
                software_history: self.keep_software_history_days,
                computer_keys: self.keep_computer_keys_days,
                audit: self.keep_audit_days,
                remote_sessions: self.keep_remote_sessions_days,
                recordings: self.keep_recordings_days,
                actions: self.keep_actions_days,
                reports_per_computer: self.keep_reports_per_computer,
                unchecked: self.keep_unchecked,
            },
        }
    }

    /// What the calls of computers and packagers go by.
    pub fn protocol(&self, domain: Arc<domain::Settings>) -> protocol::Settings {
        protocol::Settings {
            domain,
            autoregister: self.autoregister,
            common_packager_key: self.common_packager_key,
            rate_computers: self.rate_computers,
            computer_calls_per_minute: self.computer_calls_per_minute,
            new_computers_per_address: self.new_computers_per_address,
            new_computers_per_project: self.new_computers_per_project,
            sealed: self.sealed_caps(),
            upload_limit: self.upload_limit(),
            unusual_port: self.unusual_port(),
            remote_support: self.remote_enabled,
        }
    }

    /// The most a body may hold before anybody is signed in.
    pub fn anonymous_caps(&self) -> Caps {
        Caps {
            whole: u64::from(self.anonymous_body_kb) * 1024,
            parts: self.anonymous_parts,
            head: self.part_head_kb * 1024,
        }
    }

    /// The most a sealed call without a file may hold: a message whose quotes are escaped, and the project.
    pub fn sealed_caps(&self) -> Caps {
        Caps {
            whole: u64::from(self.body_limit_mb) * MIB + 64 * 1024,
            parts: self.anonymous_parts,
            head: self.part_head_kb * 1024,
        }
    }

    /// The most a request of an operator may hold, files included.
    pub fn operator_caps(&self) -> Caps {
        Caps {
            whole: u64::from(self.body_limit_mb) * MIB + self.upload_limit(),
            parts: self.upload_parts,
            head: self.part_head_kb * 1024,
        }
    }

    /// The largest upload, in bytes.
    pub fn upload_limit(&self) -> u64 {
        u64::from(self.upload_limit_mb) * MIB
    }

    /// The longest text a computer reports, in bytes.
    pub fn report_text(&self) -> usize {
        self.report_text_kb as usize * 1024
    }

    /// The slowest that bytes may come and go.
    pub fn pace(&self) -> Pace {
        Pace {
            bytes_per_second: self.slowest_bytes_per_second,
            window: Duration::from_secs(u64::from(self.slow_seconds)),
            anonymous: Duration::from_secs(u64::from(self.anonymous_slow_seconds)),
        }
    }

    /// How long a connection may be silent.
    pub fn silence(&self) -> Duration {
        Duration::from_secs(u64::from(self.idle_timeout_seconds))
    }

    /// The port of that address, unless it is one the protocol implies.
    pub fn unusual_port(&self) -> Option<u16> {
        let port = match &self.public_url {
            Some(url) => url.0.port_or_known_default(),
            None => Some(self.listen.port()),
        };
        port.filter(|port| !matches!(port, 80 | 443))
    }
}
