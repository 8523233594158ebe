//! What the engine says, in English: with that of daemon and command line the original of the catalogues.

migasfree_types::texts! {
    /// Something that the engine says.
    pub enum EngineText {
        Plain(text): "{ $text }";
        Lines(first, rest): "{ $first }\n{ $rest }";
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
        ErrorUntrusted(reason): "The server's keys are other ones than at registration, or somebody answers in its place ({ $reason }): nothing of it is believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.";
        ErrorUnintelligible(reason): "The server does not speak as expected: { $reason }";
        ErrorNoPackageManager: "No supported package manager was found.";
        ErrorInvalidTag(tag): "`{ $tag }` is not a tag: PREFIX-value is expected";
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
        ErrorPackageManagerStart(reason): "The package manager could not be run: { $reason }";
        ScriptStopped(package, script, why, time): "The { $script } script of { $package } { $why ->\n    [asked] was stopped as an administrator wanted.\n    [minutes] gave no sign of life for { $time } minutes and was stopped.\n    [seconds] gave no sign of life for { $time } seconds and was stopped.\n   *[talkative] wrote without end and was stopped.\n}";
        WorkStopped(why, time): "The package manager { $why ->\n    [asked] was stopped as an administrator wanted.\n    [minutes] gave no sign of life for { $time } minutes and was stopped.\n    [seconds] gave no sign of life for { $time } seconds and was stopped.\n   *[talkative] wrote without end and was stopped.\n}";
        Unfinished(packages): "Not finished: { $packages }. Try again with `migasfree install { $packages }`, or remove with `migasfree purge { $packages }`.";

        ToldLater(reason): "The server is told later: { $reason }";
        LearnsLater(reason): "The server learns of the change later: { $reason }";
        LeftOut(reasons): "Some updates were left out:\n{ $reasons }";
        OfPackage(package, reason): "{ $package }: { $reason }";
        EventDataNotWritten(reason): "The event data cannot be written: { $reason }";
        RemovedAlong(packages): "Removed because other packages needed it: { $packages }";
        KeyChanged(server, fingerprint): "The repository key of { $server } is another one than before; the new one, { $fingerprint }, is vouched for.";
        HardwareRefused: "The server refused this description of the hardware before.";
        EndNotTold(reason): "The server could not be told the end: { $reason }";
    }
}
