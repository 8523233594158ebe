//! What the command line says of its own, in English: with that of engine and daemon the original of the catalogues.

migasfree_types::texts! {
    /// Something that the command line says.
    pub enum Text {
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

        ErrorInsecureCredentials(server): "A password is not sent to { $server }, because everybody on the way could read it: use https, or set `Allow_Insecure_Credentials = true` in the configuration.";
        ErrorOutput(reason): "What was said could not be written: { $reason }";
        ErrorCheckList(text, reason): "`{ $text }` is not a JSON list of names ({ $reason }); write it as [\"gimp\", \"vlc\"].";
        ErrorNeedsAdministrator: "Only an administrator can do that; run it as root, for instance with `sudo`.";
        ErrorNeedsRoot: "This needs an administrator, or the migasfree daemon running.";
        ErrorNoRoot(folder): "There is no folder { $folder }.";
        ErrorNeedsDaemon: "The migasfree daemon is not running; start it with `systemctl start migasfreed`.";
        ErrorJobOver(job, result): "Job { $job } is over already; it ended so: { $result }";
        ErrorDaemonLost(job): "The daemon went away; the job goes on, follow it with `migasfree log { $job }`.";
        ErrorUnknownKey(key, known): "`{ $key }` is not one of: { $known }";
        ErrorPasswordArgument: "A password among the arguments can be seen by everybody on this computer: leave it out. It is asked for, or read from the standard input or from MIGASFREE_PACKAGER_PASSWORD.";
        ErrorPasswordReadable(file): "The packager's password in { $file } can be read by others on this computer: take it out, or use `chmod 600` on the file.";
        ErrorPasswordFile(file, reason): "The password cannot be read from { $file }: { $reason }";
        ErrorPasswordFileReadable(file): "The password in { $file } can be read by others on this computer: use `chmod 600` on the file.";
        WarningInsecurePassword(server): "Warning: a password is sent to { $server } over http, where everybody on the way can read it (Allow_Insecure_Credentials is on).";
        WarningPasswordArgument: "A password among the arguments can be seen by everybody on this computer; left out, it is asked for or read from the standard input.";
        WarningMisread(place, section, key, value, expected, used): "Warning: { $place }: [{ $section }] { $key } = { $value }: this is not { $expected }; { $used }.";
        WarningUnread(file, lines): "Warning: { $file }: these lines are not understood and left out: { $lines }";
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
        ErrorMissingOption(what, option): "{ $what } is needed; give it with `{ $option }`.";
        ErrorNoTerminal: "There is no terminal to ask on.";

        Waiting(name, process): "Waiting for { $name } (process { $process }), which holds the package database";
        Queued: "Waiting for other jobs";
        WaitingNetwork: "Waiting for the network";
        Authorizing: "Waiting for the permission of an administrator";
        Cancelling: "Stopping…";
        CancellingLocal: "Stopping where that is safe; interrupt once more to stop the script of a package that runs";
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
        PlanSizesFreed(download, room): "Download: { $download }. Room freed: { $room }.";
        PlanUntrusted: "Some packages come from a source nobody vouches for.";
        Continue: "Continue? [Y/n]";

        RegisterConfirm(server, project): "Register this computer with { $server } (project { $project })? [Y/n]";
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
        NoAppsInCategory: "No applications of this category are offered to this computer.";
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
}
