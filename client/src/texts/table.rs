//! Every text with its arguments, in English: the original of the catalogues.

use migasfree_types::message::Declared;

macro_rules! texts {
    ($($name:ident$(($($arg:ident),+))?: $english:literal;)+) => {
        /// Something the command line says.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Text {
            $($name,)+
        }

        impl Text {
            /// All of them.
            #[cfg(test)]
            pub(super) const ALL: &'static [Self] = &[$(Self::$name,)+];

            /// The code in the catalogues.
            #[must_use]
            pub const fn code(self) -> &'static str {
                self.declared().code
            }

            /// The code in the catalogues, the pattern and the arguments.
            pub(super) const fn declared(self) -> Declared {
                match self {
                    $(Self::$name => Declared {
                        code: stringify!($name),
                        text: $english,
                        args: &[$($(stringify!($arg)),+)?],
                    },)+
                }
            }
        }
    };
}

texts! {
    Plain(text): "{ $text }";
    Lines(first, rest): "{ $first }\n{ $rest }";

    StageConnect: "Connecting to the server";
    StageHooksPre: "Running the site's scripts";
    StageAttributes: "Evaluating attributes";
    StageFaults: "Looking for faults";
    StageRepositories: "Updating repositories";
    StageMetadata: "Refreshing package lists";
    StageDownload: "Downloading packages";
    StageRemove: "Removing packages";
    StageInstall: "Installing packages";
    StageUpgrade: "Upgrading packages";
    StageSoftware: "Sending the list of software";
    StageHardware: "Sending the hardware";
    StageDevices: "Setting up printers";
    StageTraits: "Learning this computer's traits";
    StageEvents: "Telling what changed";
    StageHooksPost: "Running the site's scripts";
    StageRecord: "Recording the synchronisation";

    ResultOk: "Done.";
    ResultNothingToDo: "There was nothing to do.";
    ResultPackagesFailed: "Done, but some packages failed.";
    ResultDevicesFailed: "Done, but some printers failed.";
    ResultHookFailed: "Done, but a script of the site failed.";
    ResultMetadataFailed: "Done, but package lists could not be fetched; they are tried again soon.";
    ResultNotFound: "Not found.";
    ResultConflict: "The packages contradict each other.";
    ResultDependency: "Something the packages need cannot be had.";
    ResultUntrusted: "The server or a source of packages is not trusted.";
    ResultDiskFull: "The disk is full.";
    ResultDownload: "Packages could not be downloaded.";
    ResultBackend: "The package manager failed.";
    ResultLockTimeout: "Another program held the package database too long.";
    ResultServer: "The server did not do what it was asked.";
    ResultOffline: "The server cannot be reached, or has no time now; try again later.";
    ResultInterrupted: "The job was interrupted; what was left half-done will be repaired.";
    ResultInternal: "Something failed inside migasfree; the log says what.";
    ResultCancelled: "Cancelled.";
    ResultNotAuthorized: "You are not allowed to do that.";
    ResultNoAgent: "An administrator has to allow that, and nothing in this session can ask for a password; run it as an administrator.";
    ResultPolicy: "The organisation's rules do not allow that.";

    ErrorOffline(reason): "The server cannot be reached ({ $reason }); try again when the network is back.";
    ErrorUnknownHost(host, reason): "No computer called { $host } was found ({ $reason }). Check that this computer is on its network, and the name of the server with `migasfree conf`.";
    ErrorCertificateIssuer(server, file): "Nobody this computer trusts vouches for the certificate of { $server }. An administrator installs the package `ca-certificates`, or puts the certificate of your organisation's own authority into { $file }.";
    ErrorCertificateName(server): "The certificate that came is not for { $server }. Check the name of the server with `migasfree conf`; if it is right, whoever runs the server has to get a certificate for it.";
    ErrorCertificateExpired(server): "The certificate of { $server } has expired. Whoever runs the server has to renew it; check the clock of this computer, too.";
    ErrorCertificateNotYet(server): "The certificate of { $server } is not valid yet. Check the clock of this computer.";
    ErrorCertificate(server, reason): "The certificate of { $server } is not accepted ({ $reason }). Whoever runs the server has to get another one.";
    ErrorNoCertificates(reason): "This computer has no certificates to check the server with ({ $reason }). An administrator installs the package `ca-certificates`.";
    ErrorMoved(address): "The server sends this computer on to { $address }. If the server moved there, an administrator runs `migasfree conf --server { $address }`; if the network asks to sign in, sign in with a web browser and try again.";
    ErrorPage: "A web page came in place of the server's answer. If the network asks to sign in, sign in with a web browser and try again; if not, check the address of the server with `migasfree conf`.";
    ErrorNotRegistered: "This computer is not registered; run `migasfree register`.";
    ErrorCredentialsNeeded(reason): "This computer is not registered: the server wants to know who registers it ({ $reason }); use `migasfree register --user NAME`.";
    ErrorBadCredentials(reason): "The server does not let this user register computers ({ $reason }); check name and password, or ask whoever runs the server for the right to.";
    ErrorRefused(reason): "The server refuses this computer: { $reason }\nAsk whoever runs the server to admit it, or use `migasfree register --user NAME` with somebody who may register computers.";
    ErrorNewKeys(server): "The keys of { $server } are other ones than those this computer knows it by. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.";
    ErrorSaturated(seconds): "The server is busy: try again in { $seconds } seconds.";
    ErrorServer(status, detail): "The server failed ({ $status }): { $detail }";
    ErrorUnsealed(status, detail): "Something between answered in place of the server ({ $status }): { $detail }. A proxy or a network that asks to sign in may be the reason.";
    ErrorKeyRefused(fingerprint, server, why): "The repository key { $fingerprint } of { $server } is not trusted: { $why }. If it is right, root accepts it with `migasfree keys accept { $fingerprint }`.";
    ErrorInsecureCredentials(server): "A password is not sent to { $server }, because everybody on the way could read it: use https, or set `Allow_Insecure_Credentials = true` in the configuration.";
    ErrorUntrusted(reason): "The server's keys are other ones than at registration, or somebody answers in its place ({ $reason }): nothing of it is believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.";
    ErrorUnintelligible(reason): "The server does not speak as expected: { $reason }";
    ErrorNoPackageManager: "No supported package manager was found.";
    ErrorInvalidTag(tag): "`{ $tag }` is not a tag: PREFIX-value is expected";
    ErrorOutput(reason): "What was said could not be written: { $reason }";
    ErrorCheckList(text, reason): "`{ $text }` is not a JSON list of names ({ $reason }); write it as [\"gimp\", \"vlc\"].";
    ErrorConfig(reason): "The configuration is wrong: { $reason }";
    ErrorDiskFullAt(place): "The disk that holds { $place } is full: make room and try again.";
    ErrorReadOnly(place): "The disk that holds { $place } can only be read now.";
    ErrorLocked(process): "Another migasfree (process { $process }) is working; wait until it ends.";
    ErrorUnsupported(what): "This version does not manage { $what }.";
    ErrorInvalidName(name): "`{ $name }` is not a package name.";
    ErrorInvalidSearch: "A search is one to eight words, 100 characters at most, and does not begin with a hyphen.";
    ErrorPackageNotFound(name): "No package called { $name } is known; check the name or refresh the package lists.";
    ErrorBroken(packages, reason): "{ $packages } cannot be finished; try again, or remove it.\n{ $reason }";
    ErrorNotRemoved(packages, reason): "{ $packages } cannot be removed; try again with `migasfree purge { $packages }`.\n{ $reason }";
    ErrorUnrepaired(packages, reason): "{ $packages } cannot be repaired; try `migasfree install { $packages }` when the packages can be had again, or remove with `migasfree purge { $packages }`.\n{ $reason }";
    ErrorNoRoom(needed, place, free, missing): "{ $needed } are needed on { $place }, and { $free } are free: { $missing } are missing. Make room there and try again.";
    ErrorUnsteady: "The package manager wants to do something else each time it is asked; try again later.";
    ObjectionProtected(names): "This computer cannot do without: { $names }.";
    ObjectionRequired(names): "Policies of your organisation need what would be removed: { $names }.";
    ObjectionForbidden(names): "A policy of your organisation does not admit what would be installed: { $names }.";
    ObjectionHeld(names): "Held packages would be changed: { $names }.";
    ObjectionRemoval(names): "Packages nobody named would be removed: { $names }.";
    ObjectionByHand(names): "Packages that somebody installed by hand would be removed: { $names }.";
    ObjectionTooMany(names): "More packages would be removed than unattended work may: { $names }.";
    ErrorLockTimeout(name, process): "{ $name } (process { $process }) held the package database too long.";
    ErrorNeedsAdministrator: "Only an administrator can do that; run it as root, for instance with `sudo`.";
    ErrorNeedsRoot: "This needs an administrator, or the migasfree daemon running.";
    ErrorNoRoot(folder): "There is no folder { $folder }.";
    ErrorNeedsDaemon: "The migasfree daemon is not running; start it with `systemctl start migasfreed`.";
    ErrorNotCancellable: "Packages are being changed: only an administrator can stop the job now.";
    ErrorJobOver(job, result): "Job { $job } is over already; it ended so: { $result }";
    ErrorNoSuchJob(job): "There is no job { $job }.";
    ErrorDaemonLost(job): "The daemon went away; the job goes on, follow it with `migasfree log { $job }`.";
    ErrorUnknownKey(key, known): "`{ $key }` is not one of: { $known }";
    ErrorPasswordArgument: "A password among the arguments can be seen by everybody on this computer: leave it out. It is asked for, or read from the standard input or from MIGASFREE_PACKAGER_PASSWORD.";
    ErrorPasswordReadable(file): "The packager's password in { $file } can be read by others on this computer: take it out, or use `chmod 600` on the file.";
    ErrorPasswordFile(file, reason): "The password cannot be read from { $file }: { $reason }";
    ErrorPasswordFileReadable(file): "The password in { $file } can be read by others on this computer: use `chmod 600` on the file.";
    WarningInsecurePassword(server): "Warning: a password is sent to { $server } over http, where everybody on the way can read it (Allow_Insecure_Credentials is on).";
    WarningPasswordArgument: "A password among the arguments can be seen by everybody on this computer; left out, it is asked for or read from the standard input.";
    WarningMisread(place, section, key, value, expected, used): "Warning: { $place }: [{ $section }] { $key } = { $value }: this is not { $expected }; { $used }.";
    ExpectedFlag: "`true` or `false`";
    ExpectedNumber: "a whole number";
    ExpectedTime: "a number of minutes, or a time such as `90s` or `2h`";
    ExpectedPackageManager: "a package manager of this version (`apt`)";
    ExpectedUuid: "a UUID";
    ExpectedHostAndPort: "a host and a port as in `cache.example.org:3142`";
    UsedDefault(value): "`{ $value }` is used";
    UsedDistribution: "what the distribution has is used";
    UsedNothing: "it is left out";
    WarningInsecure(server): "Warning: { $server } is spoken to over http, where everybody on the way can read and change what is said; use https.";
    ErrorFingerprint(text): "`{ $text }` is not a fingerprint: 40 or 64 hexadecimal digits are expected.";
    ErrorDeclined: "Nothing was done.";
    ErrorMissing(what): "{ $what } is needed.";
    ErrorNoTerminal: "There is no terminal to ask on.";

    Waiting(name, process): "Waiting for { $name } (process { $process }), which holds the package database";
    Queued: "Waiting for other jobs";
    WaitingNetwork: "Waiting for the network";
    Authorizing: "Waiting for the permission of an administrator";
    Cancelling: "Stopping…";
    ScriptsRun(job): "Packages are being changed. An administrator's `migasfree cancel { $job }` stops the script that runs; interrupt once more to leave, the job goes on.";
    StoppingScript: "Stopping the script that runs; interrupt once more to leave";
    EarlierOutput: "(earlier output is not kept)";
    HeldBy(program, process, user, since, until, why): "{ $program } (process { $process }, user { $user }) since { $since }, until { $until } at the latest: { $why }";
    Interrupted: "Interrupted.";
    RemovalQuestion: "Go on all the same? [y/N]";

    PlanInstall: "To install:";
    PlanUpdate: "To upgrade:";
    PlanRemove: "To remove:";
    PlanSizes(download, room): "Download: { $download }. Room needed: { $room }.";
    PlanUntrusted: "Some packages come from a source nobody vouches for.";
    Continue: "Continue? [Y/n]";

    RegisterConfirm(server, project): "Register this computer with { $server } (project { $project })? [Y/n]";
    RegisterDone(computer): "Registered as computer { $computer }.";
    KeyAccepted(fingerprint): "The repository key { $fingerprint } is accepted; the next synchronisation takes it if the server offers it.";
    KeysRemoved: "The keys were removed.";
    User: "User:";
    Password: "Password:";
    Project: "Project:";
    Store: "Store:";
    UploadedFile(file): "Uploaded: { $file }";
    UploadedPlainFile(file): "{ $file } is not a package: it was kept in the store as a plain file, and no deployment installs it. To undo that, delete it in the console.";
    UploadEmpty(folder): "{ $folder } holds no files.";
    UploadNoPackage(file): "{ $file } is called a package and is none: it is empty, cut off or something else.";
    UploadName(name): "{ $name } has characters that no file on the server may be called by; rename it.";
    UploadLeadsOut(file): "{ $file } leads out of the folder; put the file itself there, or leave the link out.";
    UploadRefused(status, detail): "the server does not take it ({ $status }): { $detail }";
    UploadKeys(reason): "The packager's keys cannot be used: { $reason }";
    UploadKeyDamaged(file, reason): "The packager's key in { $file } is damaged ({ $reason }). Remove this file; the next upload asks for your name and password and gets new keys.";
    UploadCredentials(reason): "The server does not accept these credentials of a packager: { $reason }";
    TagsChoose: "Numbers of the tags to have, separated by blanks (empty: as now):";
    Yes: "yes";
    No: "no";
    Never: "never";
    Installed: "installed";
    CancelAsked: "The job was asked to stop.";

    NothingFound: "Nothing was found.";
    NoApps: "No applications are offered to this computer.";
    NoCategories: "There are no categories.";
    NoAttributes: "The server assigned no attributes to this computer.";
    NoNetwork: "This computer has no IPv4 network.";
    NoJobs: "There are no jobs.";
    NoInhibitors: "Nobody holds back the jobs that run by themselves.";
    NoOutput: "This job said nothing.";
    NoTags: "The server has no tags to choose from.";

    Bits(count): "{ $count } bits";
    StatusAssigned: "assigned to somebody";
    StatusReserved: "reserved";
    StatusUnknown: "unknown";
    StatusInRepair: "in repair";
    StatusAvailable: "available";
    StatusUnsubscribed: "retired, it may not synchronise";

    LabelServer: "Server";
    LabelProject: "Project";
    LabelComputer: "Computer";
    LabelRegistered: "Registered";
    LabelConnectivity: "Connectivity";
    LabelLastSync: "Last synchronisation";
    LabelNextSync: "Next synchronisation";
    LabelCurrentJob: "Current job";
    LabelQueue: "Jobs waiting";
    LabelReboot: "Restart needed";
    LabelPackageManager: "Package manager";
    Unfinished(packages): "Not finished: { $packages }. Try again with `migasfree install { $packages }`, or remove with `migasfree purge { $packages }`.";
    LabelLastContact: "Last answer of the server";
    LabelLastSyncResult: "How it ended";
    LabelLastSyncReason: "Why";
    ConnectivityOnline: "the server answers";
    ConnectivityMetered: "the server answers, over a network that is paid by volume";
    ConnectivityOffline: "there is no network";
    ConnectivityUnreachable: "the server does not answer";
    ConnectivitySaturated: "the server is busy";
    ConnectivityUnknown: "not tried yet";
    SyncWell: "well";
    SyncPartly: "well in part";
    SyncFailed: "it failed";
    SyncCancelled: "it was cancelled";
    SyncRefused: "it was refused";
    LabelDaemon: "Daemon";
    LabelHelpdesk: "Helpdesk";
    LabelName: "Name";

    HelpUsage: "Usage";
    HelpCommands: "Commands";
    HelpCommand: "COMMAND";
    HelpArguments: "Arguments";
    HelpOptions: "Options";
    HelpHelp: "Print help";
}
