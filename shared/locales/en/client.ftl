# What the command line says, as it is declared: its texts and its grammar are the original.
ActionDownIn = The computer goes down in { $minutes } min.
ActionDownNow = The computer goes down now.
ActionHeldBack = Another program asked that the computer stays up; it waits for that.
ActionInterrupted = The daemon was stopped while it did this; how far it came is not known.
ActionLate = It could not be begun in time.
ActionLimit = { $limit } orders are known already; some have to be over first.
ActionLine = { $what }, ordered by { $operator }: { $state }
ActionLogind = The system does not allow it: { $reason }
ActionNoCard = `{ $address }` is not the address of a network card.
ActionNoNetwork = { $address } is not the broadcast address of a private network of this computer.
ActionNoNotice = This notice is not waited for.
ActionNobody = Nobody came to the computer in time.
ActionNotShown = The desktop did not show the message.
ActionOrder = The order is not taken: { $reason }
ActionOtherComputer = The order is for another computer.
ActionReason = Reason: { $reason }
ActionState = { $state ->
        [running] under way
        [succeeded] done
        [failed] failed
        [timed_out] too late
        [refused] refused
       *[other] over
    }
ActionStaysUp = The computer did not go down; somebody may have called it off.
ActionWaitsForSomebody = Nobody is at the computer; it waits until somebody is.
ActionWhat = { $verb ->
        [sync] synchronise
        [inventory] tell the inventory
        [message] show a message
        [lock] lock the sessions
        [reboot] restart
        [shutdown] switch off
        [wake] wake another computer
       *[other] something else
    }
AnswerNotKept = The answer could not be kept: { $reason }
AppForbidden = A policy of your organisation does not admit { $app }.
AppRequired = { $app } is required by a policy of your organisation and stays.
AsOf = This is as of { $moment }, when the server answered last.
AskedAlready = You asked for this application already.
AuthenticationFailed = The authentication failed; nothing was done.
Authorizing = Waiting for the permission of an administrator
Bits = { $count } bits
CancelAsked = The job was asked to stop.
CancelledEarly = Cancelled before it began.
Cancelling = Stopping…
CancellingLocal = Stopping where that is safe; interrupt once more to stop the script of a package that runs
CodeFailed = { $name }: { $reason }
CodeFailedSaying = { $name }: { $reason } ({ $said })
CodeKilled = it was killed
CodeNoInterpreter = the interpreter { $interpreter } is not installed
CodeNoValue = no value
CodeNotRun = it could not be run: { $reason }
CodeStatus = it ended with status { $status }
CodeTooLong = it took longer than 60 seconds and was killed
ConfigAddress = a host, host:port or http(s) address
ConfigFlag = `true` or `false`
ConfigHostAndPort = host:port
ConfigHostAndPortOrEmpty = host:port, or empty
ConfigInvalid = `{ $value }` is not a value for { $key }: it must be { $expected }
ConfigName = letters, digits, `_`, `.` and `-`
ConfigNameLength = at most 64 characters
ConfigNameOrEmpty = letters, digits, `_`, `.` and `-`, or empty
ConfigNotText = { $file } is not text in UTF-8; mend it, or put it away and write it anew
ConfigPort = a number from 1 to 65535
ConfigProtocol = `http` or `https`
ConfigToken = `Enrolment_Token` is no enrolment token: it begins with `mfe_` and is 91 characters long
ConnectivityMetered = the server answers, over a network that is paid by volume
ConnectivityOffline = there is no network
ConnectivityOnline = the server answers
ConnectivitySaturated = the server is busy
ConnectivityUnknown = not tried yet
ConnectivityUnreachable = the server does not answer
Continue = Continue? [Y/n]
Dismissed = The authentication was dismissed; nothing was done.
EarlierOutput = (earlier output is not kept)
EndNotTold = The server could not be told the end: { $reason }
ErrorAway = The server cannot answer now ({ $status }); try again later. If it lasts, tell whoever runs the server.
ErrorAwayFor = { $seconds ->
        [one] The server cannot answer now ({ $status }); try again in a second.
       *[other] The server cannot answer now ({ $status }); try again in { $seconds } seconds.
    }
ErrorBadCredentials = The server does not let this user register computers ({ $reason }); check name and password, or ask whoever runs the server for the right to.
ErrorBroken = { $packages } cannot be finished; try again, or remove it.
    { $reason }
ErrorCertificate = The certificate of { $server } is not accepted ({ $reason }). Whoever runs the server has to get another one.
ErrorCertificateAuthority = The certificate of { $server } is made for an authority and not for a server. Whoever runs the server has to get one for a server (with `CA:FALSE` in it).
ErrorCertificateExpired = The certificate of { $server } has expired. Whoever runs the server has to renew it; check the clock of this computer, too.
ErrorCertificateFile = Nobody this computer trusts vouches for the certificate of { $server }: { $file } holds no certificate. An administrator puts the one of your organisation's own authority there, in PEM.
ErrorCertificateIssuer = Nobody this computer trusts vouches for the certificate of { $server }. An administrator installs the package `ca-certificates`, or puts the certificate of your organisation's own authority into { $file }.
ErrorCertificateName = The certificate that came is not for { $server }. Check the name of the server with `migasfree conf`; if it is right, whoever runs the server has to get a certificate for it.
ErrorCertificateNotYet = The certificate of { $server } is not valid yet. Check the clock of this computer.
ErrorChanged = The answer was changed on the way or comes from another server ({ $reason }): nothing of it is believed, and this computer stays as it was. Try again on another network; if that does not help, tell whoever runs the server. Only if the server was set up anew, root runs `migasfree register --accept-new-keys`.
ErrorCheckList = `{ $text }` is not a JSON list of names ({ $reason }); write it as ["gimp", "vlc"].
ErrorClockAhead = { $unit ->
        [seconds] This computer's clock is { $amount } seconds ahead of the server's.
        [minutes] This computer's clock is { $amount } minutes ahead of the server's.
        [hours] This computer's clock is { $amount } hours ahead of the server's.
       *[days] This computer's clock is { $amount } days ahead of the server's.
    } Set it right and try again.
ErrorClockBehind = { $unit ->
        [seconds] This computer's clock is { $amount } seconds behind the server's.
        [minutes] This computer's clock is { $amount } minutes behind the server's.
        [hours] This computer's clock is { $amount } hours behind the server's.
       *[days] This computer's clock is { $amount } days behind the server's.
    } Set it right and try again.
ErrorConfig = The configuration is wrong: { $reason }
ErrorCredentialsNeeded = This computer is not registered: the server wants to know who registers it ({ $reason }); use `migasfree register --user NAME`.
ErrorDaemonLost = The daemon went away; the job goes on, follow it with `migasfree log { $job }`.
ErrorDeclined = Nothing was done.
ErrorDiskFullAt = The disk that holds { $place } is full: make room and try again.
ErrorFile = { $file }: { $reason }
ErrorFingerprint = `{ $text }` is not a fingerprint: 40 or 64 hexadecimal digits are expected.
ErrorInsecureCredentials = A password is not sent to { $server }, because everybody on the way could read it: use https, or set `Allow_Insecure_Credentials = true` in the configuration.
ErrorInvalidName = `{ $name }` is not a package name.
ErrorInvalidSearch = A search is one to eight words, 100 characters at most, and does not begin with a hyphen.
ErrorInvalidTag = `{ $tag }` is not a tag: PREFIX-value is expected
ErrorJobOver = Job { $job } is over already; it ended so: { $result }
ErrorKeyEnded = The server does not take the key of this computer any more: { $reason }. Run `migasfree register`, which makes another one.
ErrorKeyRefused = The repository key { $fingerprint } of { $server } is not trusted: { $why }. If it is right, root accepts it with `migasfree keys accept { $fingerprint }`.
ErrorKeyUnknown = The server does not know this computer any more: it was restored from a backup, or this computer was deleted there ({ $reason }). `migasfree sync` enrols it again where an enrolment token of the configuration or its project lets it in; else use `migasfree register --user NAME`.
ErrorLate = The server did not answer in time; try again later. If it lasts, tell whoever runs the server.
ErrorLockTimeout = { $name } (process { $process }) held the package database too long.
ErrorLocked = Another migasfree (process { $process }) is working; wait until it ends.
ErrorMissing = { $what } is needed.
ErrorMissingOption = { $what } is needed; give it with `{ $option }`.
ErrorMoved = The server sends this computer on to { $address }. If the server moved there, an administrator runs `migasfree conf --server { $address }`; if the network asks to sign in, sign in with a web browser and try again.
ErrorNeedsAdministrator = Only an administrator can do that; run it as root, for instance with `sudo`.
ErrorNeedsDaemon = The migasfree daemon is not running; start it with `systemctl start migasfreed`.
ErrorNeedsRoot = This needs an administrator, or the migasfree daemon running.
ErrorNewKeys = The keys of { $server } are other ones than those this computer knows it by. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.
ErrorNoCertificates = This computer has no certificates to check the server with ({ $reason }). An administrator installs the package `ca-certificates`.
ErrorNoFingerprint = This is no fingerprint of a key: it is 43 characters long.
ErrorNoPackageManager = No supported package manager was found.
ErrorNoPrinters = This version does not manage printers.
ErrorNoRoom = { $needed } are needed on { $place }, and { $free } are free: { $missing } are missing. Make room there and try again.
ErrorNoRoot = There is no folder { $folder }.
ErrorNoSuchJob = There is no job { $job }.
ErrorNoTerminal = There is no terminal to ask on.
ErrorNoToken = This is no enrolment token: it begins with `mfe_` and is 91 characters long.
ErrorNoTokens = { $server } does not speak the native protocol, and takes no enrolment tokens; use `migasfree register --user NAME`.
ErrorNobodyThere = Nothing answers at { $server } ({ $reason }). It may be stopped; if it is not, check its address with `migasfree conf`.
ErrorNotCancellable = Packages are being changed: only an administrator can stop the job now.
ErrorNotHttps = What answers at { $server } does not speak https. Check the address and the port with `migasfree conf`.
ErrorNotInterrupted = The job is at a step that is not interrupted; it is over soon.
ErrorNotNative = What answers does not speak the protocol that the server spoke before ({ $server }): somebody may stand between, and nothing of it is believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.
ErrorNotRegistered = This computer is not registered; run `migasfree register`.
ErrorNotRemoved = { $packages } cannot be removed; try again with `migasfree purge { $packages }`.
    { $reason }
ErrorOffline = The server cannot be reached ({ $reason }); try again when the network is back.
ErrorOthersToken = The token, or the key that was named, is for another server than { $server }. Check the address of the server with `migasfree conf`.
ErrorOutput = What was said could not be written: { $reason }
ErrorOwnFileDamaged = What this computer remembers of its key is damaged: { $file } ({ $reason }). Put the file back from a backup, or run `migasfree register`, which asks the server again.
ErrorOwnFileMissing = { $file } is missing, and this computer needs it to speak to its server. Put the file back from a backup, or run `migasfree register`.
ErrorOwnKeyDamaged = The key of this computer is damaged: { $file } ({ $reason }). Put the file back from a backup, or replace the key with `migasfree register --user NAME` or `migasfree register --token-file FILE`.
ErrorPackageManagerStart = The package manager could not be run: { $reason }
ErrorPackageNotFound = No package called { $name } is known; check the name, or get new package lists with `migasfree sync`.
ErrorPage = A web page came in place of the server's answer. If the network asks to sign in, sign in with a web browser and try again; if not, check the address of the server with `migasfree conf`.
ErrorPasswordArgument = A password among the arguments can be seen by everybody on this computer: leave it out. It is asked for, or read from the standard input or from MIGASFREE_PACKAGER_PASSWORD.
ErrorPasswordFile = The password cannot be read from { $file }: { $reason }
ErrorPasswordFileReadable = The password in { $file } can be read by others on this computer: use `chmod 600` on the file.
ErrorPasswordReadable = The packager's password in { $file } can be read by others on this computer: take it out, or use `chmod 600` on the file.
ErrorPending = This computer waits for approval; the fingerprint of its key is { $fingerprint }. The daemon asks again in { $seconds } seconds, `migasfree sync` at once.
ErrorProxySignIn = The proxy wants to know who uses it, and migasfree signs in to none. Have it let this computer through, or set another one with `migasfree conf --proxy`.
ErrorReadOnly = The disk that holds { $place } can only be read now.
ErrorRefused = The server refuses this computer: { $reason }
    Ask whoever runs the server to admit it, or use `migasfree register --user NAME` with somebody who may register computers.
ErrorRequestRefused = The server does not take this request, which may have been changed, held back or repeated on its way: { $reason }. Try again; if it lasts, try another network.
ErrorSaturated = { $seconds ->
        [one] The server is busy: try again in a second.
       *[other] The server is busy: try again in { $seconds } seconds.
    }
ErrorServer = The server failed ({ $status }): { $detail }
ErrorSignIn = The network asks to sign in: sign in with a web browser and try again.
ErrorStopping = This program was stopping; try again.
ErrorTokenFile = The token cannot be read from { $file }: { $reason }
ErrorTokenFileReadable = The token in { $file } can be read by others on this computer: use `chmod 600` on the file.
ErrorTokenRefused = The server does not let this computer in with this token: { $reason }
ErrorTrustDamaged = What this computer remembers of the server's keys is damaged: { $file } ({ $reason }). Put the file back from a backup, or remove it and run `migasfree register` to trust the server's keys anew.
ErrorUnintelligible = The server does not speak as expected: { $reason }
ErrorUnknownHost = No computer called { $host } was found ({ $reason }). Check that this computer is on its network, and the name of the server with `migasfree conf`.
ErrorUnknownKey = `{ $key }` is not one of: { $known }
ErrorUnknownTags = The server does not have these tags: { $tags }. `migasfree tags -g` shows those it has.
ErrorUnrepaired = { $packages } cannot be repaired; try `migasfree install { $packages }` when the packages can be had again, or remove with `migasfree purge { $packages }`.
    { $reason }
ErrorUnsealed = Something between answered in place of the server ({ $status }): { $detail }. A proxy or a network that asks to sign in may be the reason.
ErrorUnsteady = The package manager wants to do something else each time it is asked; try again later.
ErrorUntrusted = The server's keys are other ones than at registration, or somebody answers in its place ({ $reason }): nothing of it is believed. If that is right, because the server was set up anew, root runs `migasfree register --accept-new-keys`.
EventDataNotWritten = The event data cannot be written: { $reason }
ExpectedFlag = `true` or `false`
ExpectedHostAndPort = a host and a port as in `cache.example.org:3142`
ExpectedNumber = a whole number
ExpectedPackageManager = a package manager of this version (`apt`)
ExpectedRemoteSupport = `off`, `ask`, `notify` or `server`
ExpectedTime = a number of minutes, or a time such as `90s` or `2h`
ExpectedUuid = a UUID
HardwareRefused = The server refused this description of the hardware before.
HeldBy = { $program } (process { $process }, user { $user }) since { $since }, until { $until } at the latest: { $why }
HelpArguments = Arguments
HelpCommand = COMMAND
HelpCommands = Commands
HelpHelp = Print help
HelpOptions = Options
HelpUsage = Usage
HookFailed = { $script } failed with status { $status }.
HookKilled = { $script } was killed.
HookNotRun = { $script } cannot be run: { $reason }
HookTooLong = { $script } took longer than { $seconds } seconds and was killed.
IdentifiedByNothing = nothing
IdentifiedByOwnKey = a key of its own
IdentifiedByProject = the key of its project
IdentifiedDamaged = its own key, whose files are damaged or missing; `migasfree sync` says which
IdentifiedPending = its own key, which waits for approval
IdentifiedRejected = its own key, which the server rejected; `migasfree register` makes another one
ImageSize = An image has 16 to 512 pixels on each side.
ImageUnreadable = The image cannot be shown: { $reason }
Installed = installed
Interrupted = Interrupted.
JobInstall = Install { $names }
JobNotKept = The job could not be written down ({ $reason }); check the disk.
JobNotStarted = The job could not be started: { $reason }
JobOther = Other work
JobOver = The job is over already.
JobRefresh = Refresh package lists
JobRegister = Register this computer
JobRemove = Remove { $names }
JobRepair = Finish interrupted package operation
JobRunning = A job is running; wait until it ends.
JobSync = Synchronise
JobTags = Set tags
JobUpgrade = Upgrade { $names }
JobUpgradeAll = Upgrade packages
JustificationLength = A justification has at most { $limit } bytes.
KeyAccepted = The repository key { $fingerprint } is accepted; the next synchronisation takes it if the server offers it.
KeyChanged = The repository key of { $server } is another one than before; the new one, { $fingerprint }, is vouched for.
KeyDamaged = { $file }: { $reason }; get the keys anew with `migasfree register`
KeyNone = what the server hands out for { $file } is no key: { $reason }
KeyNotNamed = the server does not name it among its keys
KeyNotVouched = it is another one than before, and this server cannot vouch for it
KeysInTheClear = { $call } was offered before: somebody may stand between. If { $server } was replaced by a server that cannot vouch for its repository key, root accepts it with `migasfree keys accept { $fingerprint }`
KeysMissing = there are no keys for this server and project
KeysOther = the server's keys are other ones than those this computer knows it by; if that is right, root runs `migasfree register --accept-new-keys`
KeysRemoved = The keys were removed.
LabelCertificate = Certificate until
LabelComputer = Computer
LabelConnectivity = Connectivity
LabelCurrentJob = Current job
LabelDaemon = Daemon
LabelHelpdesk = Helpdesk
LabelIdentified = Identified by
LabelKey = Fingerprint of its key
LabelLastContact = Last answer of the server
LabelLastSync = Last synchronisation
LabelLastSyncReason = Why
LabelLastSyncResult = How it ended
LabelName = Name
LabelNextSync = Next synchronisation
LabelPackageManager = Package manager
LabelProject = Project
LabelQueue = Jobs waiting
LabelReboot = Restart needed
LabelRegistered = Registered
LabelServer = Server
LearnsLater = The server learns of the change later: { $reason }
LeftOut = Some updates were left out:
    { $reasons }
LimitHolds = { $limit } of your programs hold background jobs back already.
LimitJobs = { $limit } of your jobs are waiting already; let one end or cancel it first.
LimitQuestions = { $limit } of your questions about packages are waiting already; try again when they are answered.
LimitRequests = You have too many requests; withdraw some.
LimitSubscribers = { $limit } of your programs follow jobs already.
LimitWrites = More than { $limit } changes in a minute; wait a little and try again.
Lines = { $first }
    { $rest }
LshwFailed = lshw failed: { $reason }
LshwNotInstalled = the hardware is not described: the package `lshw` is not installed
LshwNotRun = lshw cannot be run: { $reason }
LshwNotUnderstood = what lshw says is not understood: no computer is described
LshwTooLong = lshw took too long
NameLength = A package name has 1 to { $limit } characters.
Never = never
NeverReached = The server has not been reached yet; synchronise first.
No = no
NoActions = The helpdesk ordered nothing lately.
NoApps = No applications are offered to this computer.
NoAppsInCategory = No applications of this category are offered to this computer.
NoAppsNamed = Name at least one application.
NoAttributes = The server assigned no attributes to this computer.
NoCategories = There are no categories.
NoIcon = This application has no icon.
NoInhibitors = Nobody holds back the jobs that run by themselves.
NoJobs = There are no jobs.
NoNetwork = This computer has no IPv4 network.
NoOutput = This job said nothing.
NoPackagesNamed = Name at least one package.
NoRequests = Your organisation's server takes no requests; ask its helpdesk.
NoSuchImage = There is no such image.
NoSuchRequest = You have no such request.
NoTags = The server has no tags to choose from.
NotAllowed = You are not allowed to do this ({ $right }); ask an administrator of this computer.
NotAnApp = `{ $text }` is not the id of an application.
NotInstalled = { $name } is not installed.
NotReachedNow = it cannot be reached now
NotYourQuestion = Only the owner of a job answers its questions.
NothingFound = Nothing was found.
NoticeRestart = Restart this computer
NoticeRestartOf = A restart completes the changes of { $packages }.
ObjectionByHand = Packages that somebody installed by hand would be removed: { $names }.
ObjectionForbidden = A policy of your organisation does not admit what would be installed: { $names }.
ObjectionHeld = Held packages would be changed: { $names }.
ObjectionProtected = This computer cannot do without: { $names }.
ObjectionRemoval = Packages nobody named would be removed: { $names }.
ObjectionRequired = Policies of your organisation need what would be removed: { $names }.
ObjectionTooMany = More packages would be removed than unattended work may: { $names }.
OfPackage = { $package }: { $reason }
OnlyBackground = Only `background` jobs can be held back.
OsFolder = it is a folder
OsFull = the disk is full
OsLate = no answer came in time
OsNotFound = there is no such file or folder
OsPermission = permission is denied
OsReadOnly = the disk can only be read
OsRefused = the connection was refused
OsThere = there is such a file or folder already
OutputUnreadable = The output cannot be read: { $reason }
PackagesOrApp = Name packages or an application, not both.
PartialUpgrade = Partial upgrades, and upgrades at the next start, are not offered.
Password = Password:
PasswordEncoding = it is not UTF-8
PasswordLate = its end did not come in time; close the pipe after the password
PasswordLong = it is too long
PasswordUnreadable = The password cannot be read: { $reason }
PlanInstall = To install:
PlanRemove = To remove:
PlanSizes = Download: { $download }. Room needed: { $room }.
PlanSizesFreed = Download: { $download }. Room freed: { $room }.
PlanUntrusted = Some packages come from a source nobody vouches for.
PlanUpdate = To upgrade:
PolkitMissing = polkit cannot be asked about { $right } ({ $reason }); check that it is installed and running.
Project = Project:
QuestionClosed = This question is not open.
Queued = Waiting for other jobs
RegisterAgain = The daemon was restarted before the registration began; register again.
RegisterConfirm = Register this computer with { $server } (project { $project })? [Y/n]
RegisterDone = Registered as computer { $computer }.
RemoteAnswer = The answer is `allow`, `view` or `deny`.
RemoteCannotBecome = The daemon cannot start programs as { $user }.
RemoteDenied = The person at the computer said no.
RemoteExpired = The time for this session is over; ask for another one.
RemoteFailed = It could not be started: { $reason }
RemoteGrant = The grant is not taken: { $reason }
RemoteLimit = At most { $limit } at a time.
RemoteNoPort = { $service } does not answer on this computer: { $reason }
RemoteNoScreen = Nothing at the computer shows the screen.
RemoteNoSession = There is no such session.
RemoteNoUser = This computer has no user { $user }.
RemoteNobody = Nobody at the computer could be asked, or answered in time.
RemoteNotGranted = The session does not include this.
RemoteNotOffered = The server does not offer remote support to this computer.
RemoteOff = Remote support is switched off on this computer.
RemoteOnlyAgent = Only the agent of remote support may do this.
RemoteOnlyPerson = Only the person at this computer may do this.
RemoteOtherComputer = The grant is for another computer.
RemotePolicy = The policy for this computer does not allow it.
RemoteRequest = The request is not understood.
RemoteUsed = This grant was used before; ask for another one.
RemovalQuestion = Go on all the same? [y/N]
RemovedAlong = Removed because other packages needed it: { $packages }
RequestNotKept = The request could not be kept: { $reason }
ResultBackend = The package manager failed.
ResultCancelled = Cancelled.
ResultConflict = The packages contradict each other.
ResultDependency = Something the packages need cannot be had.
ResultDevicesFailed = Done, but some printers failed.
ResultDiskFull = The disk is full.
ResultDownload = Packages could not be downloaded.
ResultHookFailed = Done, but a script of the site failed.
ResultInternal = Something failed inside migasfree; the log says what.
ResultInterrupted = The job was interrupted; what was left half-done will be repaired.
ResultLockTimeout = Another program held the package database too long.
ResultMetadataFailed = Done, but package lists could not be fetched; they are tried again soon.
ResultNoAgent = An administrator has to allow that, and nothing in this session can ask for a password; run it as an administrator.
ResultNotAuthorized = You are not allowed to do that.
ResultNotFound = Not found.
ResultNothingToDo = There was nothing to do.
ResultOffline = The server cannot be reached, or has no time now; try again later.
ResultOk = Done.
ResultPackagesFailed = Done, but some packages failed.
ResultPolicy = The organisation's rules do not allow that.
ResultServer = The server did not do what it was asked.
ResultUntrusted = The server or a source of packages is not trusted.
ScriptStopped = The { $script } script of { $package } { $why ->
        [asked] was stopped as an administrator wanted.
        [minutes] gave no sign of life for { $time } minutes and was stopped.
        [seconds] gave no sign of life for { $time } seconds and was stopped.
       *[talkative] wrote without end and was stopped.
    }
ScriptsRun = Packages are being changed. An administrator's `migasfree cancel { $job }` stops the script that runs; interrupt once more to leave, the job goes on.
StageAttributes = Evaluating attributes
StageConnect = Connecting to the server
StageDevices = Setting up printers
StageDownload = Downloading packages
StageEvents = Looking for what changed
StageFaults = Looking for faults
StageHardware = Looking at the hardware
StageHooksPost = Running the site's scripts
StageHooksPre = Running the site's scripts
StageInstall = Installing packages
StageMetadata = Refreshing package lists
StageRecord = Recording the synchronisation
StageRemove = Removing packages
StageRepositories = Updating repositories
StageSoftware = Looking at the software
StageTraits = Looking at this computer's traits
StageUpgrade = Upgrading packages
StatusAssigned = assigned to somebody
StatusAvailable = available
StatusInRepair = in repair
StatusReserved = reserved
StatusUnknown = unknown
StatusUnsubscribed = retired, it may not synchronise
StoppingScript = Stopping the script that runs; interrupt once more to leave
Store = Store:
SupportAllow = Allow
SupportAsks = { $operator } wants to help on this computer
SupportDeny = Deny
SupportEnd = End now
SupportHelps = { $operator } is helping on this computer
SupportMay = { $mode ->
        [view] They can only watch.
        [read] They can read files.
        [administrator] They can change everything, as an administrator.
       *[other] They can make changes.
    }
SupportMessage = Message from { $operator }
SupportNotRecorded = The session is not recorded.
SupportOrdered = Ordered by { $operator }.
SupportOver = Remote support has ended
SupportReason = Reason: { $reason }
SupportReboot = { $minutes ->
        [one] This computer restarts in a minute: save your work
       *[other] This computer restarts in { $minutes } minutes: save your work
    }
SupportRebootNow = This computer restarts now
SupportRecorded = The session is recorded.
SupportSeconds = Without an answer in { $seconds } seconds, it is denied.
SupportSecondsAllows = Without an answer in { $seconds } seconds, it is allowed.
SupportShutdown = { $minutes ->
        [one] This computer switches off in a minute: save your work
       *[other] This computer switches off in { $minutes } minutes: save your work
    }
SupportShutdownNow = This computer switches off now
SupportTicket = Ticket: { $ticket }
SupportView = View only
SupportWhat = { $service ->
        [terminal] They want to open a terminal.
        [screen] They want to see the screen.
        [files] They want to open files.
        [port] They want to use a service of this computer.
       *[other] They want to work on this computer.
    }
SyncCancelled = it was cancelled
SyncFailed = it failed
SyncPartly = well in part
SyncRefused = it was refused
SyncWell = well
TagLength = A tag has at most { $limit } characters.
TagsChoose = Numbers of the tags to have, separated by blanks (empty: as now):
TextLength = A text has at most { $limit } bytes.
Token = Enrolment token:
ToldLater = The server is told later: { $reason }
TooManyApps = At most { $limit } applications in one call.
TooManyPackages = At most { $limit } packages in one call.
TooManyRights = There are not that many rights.
TooManyTags = At most { $limit } tags.
Unfinished = Not finished: { $packages }. Try again with `migasfree install { $packages }`, or remove with `migasfree purge { $packages }`.
UnknownApp = The catalogue has no application { $id }.
UnknownJob = There is no such job.
UnknownRight = There is no right called { $right }.
UnknownRole = There is no such role.
UnknownScope = There is no such scope.
UnknownSender = The bus did not say who sent this message.
UnknownUser = The bus did not say which user sent this message.
UploadCredentials = The server does not accept these credentials of a packager: { $reason }
UploadEmpty = { $folder } holds no files.
UploadKeyDamaged = The packager's key in { $file } is damaged ({ $reason }). Remove this file; the next upload asks for your name and password and gets new keys.
UploadKeys = The packager's keys cannot be used: { $reason }
UploadLeadsOut = { $file } leads out of the folder; put the file itself there, or leave the link out.
UploadName = { $name } has characters that no file on the server may be called by; rename it.
UploadNewStore = There was no store { $store } in { $project }: it was made. If its name is a slip, delete it in the console and upload again with `-s`.
UploadNoPackage = { $file } is called a package and is none: it is empty, cut off or something else.
UploadRefused = the server does not take it ({ $status }): { $detail }
UploadedFile = Uploaded: { $file }
UploadedPlainFile = { $file } is not a package: it was kept in the store as a plain file, and no deployment installs it. To undo that, delete it in the console.
UsedDefault = `{ $value }` is used
UsedDistribution = what the distribution has is used
UsedNothing = it is left out
User = User:
Waiting = Waiting for { $name } (process { $process }), which holds the package database
WaitingNetwork = Waiting for the network
WarningExposedToken = Warning: others can read the enrolment token in { $file }, so it does not count. Let nobody but root read that file: `chmod 600 { $file }`.
WarningInsecure = Warning: { $server } is spoken to over http, where everybody on the way can read and change what is said; use https.
WarningInsecurePassword = Warning: a password is sent to { $server } over http, where everybody on the way can read it (Allow_Insecure_Credentials is on).
WarningMisread = Warning: { $place }: [{ $section }] { $key } = { $value }: this is not { $expected }; { $used }.
WarningPasswordArgument = A password among the arguments can be seen by everybody on this computer; left out, it is asked for or read from the standard input.
WarningTokenArgument = Warning: everybody on this computer can see a token among the arguments; use `--token-file FILE`, or `--token-file -` for the standard input.
WarningUnread = Warning: { $file }: these lines are not understood and left out: { $lines }
WorkStopped = The package manager { $why ->
        [asked] was stopped as an administrator wanted.
        [minutes] gave no sign of life for { $time } minutes and was stopped.
        [seconds] gave no sign of life for { $time } seconds and was stopped.
       *[talkative] wrote without end and was stopped.
    }
WrongArgument = There is no argument `{ $argument }` here.
WrongChoice = `{ $value }` is not a value for `{ $argument }`; these are: { $choice }
WrongCommand = There is no command `{ $command }`.
WrongHelp = `--help` tells more.
WrongMissing = Missing: { $arguments }
WrongMore = `{ $value }` is too much: `{ $argument }` takes no more values.
WrongNoCommand = A command is missing.
WrongNoValue = `{ $argument }` needs a value.
WrongSimilar = Similar to: { $names }
WrongTogether = `{ $argument }` does not go together with: { $others }
WrongTwice = `{ $argument }` is given twice.
WrongValue = `{ $value }` is not a value for `{ $argument }`.
Yes = yes
help = Keeps this computer as its organisation wants it
help--debug = Say more about what happens inside
help--quiet = Say only what was asked for
help--root = Work on the system below this folder instead of this computer
help--session = Talk to the daemon on the session bus, the one for trying things
help-actions = List what the helpdesk ordered, and what became of it
help-actions--json = Answer in JSON
help-apps = List the applications offered to this computer
help-apps--category = Only those of this category
help-apps--json = Answer in JSON
help-attributes = List this computer's attributes
help-attributes--cid = Only the one that stands for this computer alone
help-attributes--json = Answer in JSON
help-cancel = Stop a job
help-cancel--id = Number of the job
help-categories = List the categories of applications
help-categories--json = Answer in JSON
help-conf = Show or edit the configuration file
help-conf--auto_update_packages = true or false
help-conf--computer_name = Empty for the host name
help-conf--debug_mode = true or false
help-conf--json = Answer in JSON
help-conf--manage_devices = true or false
help-conf--package_proxy_cache = host:port, empty for none
help-conf--project = Name of the project
help-conf--proxy = host:port, empty for none
help-conf--server = Host, host:port or address of the server
help-conf--upload_hardware = true or false
help-info = Show what the server knows about this computer
help-info--json = Answer in JSON
help-info--key = Only this value
help-inhibitors = List who holds back the jobs that run by themselves
help-inhibitors--json = Answer in JSON
help-install = Install packages
help-install--assume_yes = Do not ask before doing it
help-install--json = Tell what happens as one JSON object per line
help-install--packages = Names of the packages
help-jobs = List the daemon's jobs
help-jobs--all = Also those of other users
help-jobs--json = Answer in JSON
help-keys = Decide about the keys of repositories
help-keys-accept = Trust a repository key that the server does not vouch for
help-keys-accept--fingerprint = Fingerprint of the key: 40 or 64 hexadecimal digits
help-label = Show this computer's label
help-label--json = Answer in JSON
help-log = Show what a job said
help-log--follow = Go on until the job ends
help-log--id = Number of the job
help-network = Show the network this computer speaks on
help-network--json = Answer in JSON
help-packages = List or check packages, as JSON
help-packages--available = Names that can be installed
help-packages--check = Those of a JSON list that are installed
help-packages--installed = Everything that is installed
help-purge = Remove packages with their configuration
help-purge--assume_yes = Do not ask before doing it
help-purge--json = Tell what happens as one JSON object per line
help-purge--packages = Names of the packages
help-register = Register this computer with its server
help-register--accept_new_keys = Take keys of the server other than those known, if it was set up anew; root only
help-register--assume_yes = Do not ask whether the configuration is right
help-register--password = Their password; asked for when it is left out, which others on this computer cannot see
help-register--password_file = A file that holds the password and that nobody else can read
help-register--server_key = The fingerprint of the server's key, as whoever runs the server says it; root only
help-register--token = An enrolment token of the server, in place of a user; root only
help-register--token_file = A file that holds the token and that nobody else can read; `-` for the standard input
help-register--user = Somebody who may register computers
help-remove-keys = Forget the keys of the server
help-remove-keys--all = Those of every server this computer ever had
help-search = Look for packages
help-search--json = Answer in JSON
help-search--pattern = What to look for in names and descriptions
help-status = Show how this computer is doing
help-status--json = Answer in JSON
help-sync = Synchronise with the server
help-sync--attributes = Only the attributes (also -att)
help-sync--faults = Only the faults (also -fau)
help-sync--force_upgrade = Upgrade everything, whatever the configuration says
help-sync--hardware = Only the hardware (also -hard)
help-sync--json = Tell what happens as one JSON object per line
help-sync--software = Only the list of software (also -soft)
help-tags = Show or set this computer's tags
help-tags--communicate = Set the tags without installing anything
help-tags--get = Show the tags, as JSON
help-tags--set = Set the tags and install what they ask for; "" for none
help-traits = Show the attributes the server assigned to this computer, as JSON
help-traits--key = Only this value of each: id, description, name, value, prefix or sort
help-traits--prefix = Only those with this prefix
help-upload = Send packages to the server
help-upload--dir = Every file below a folder, as a package set
help-upload--file = One package or other file
help-upload--password = No longer taken: everybody on this computer could see it
help-upload--project = The project it is for
help-upload--store = The store to put it into
help-upload--user = The packager
help-version = Show version and configuration
help-version--json = Answer in JSON
wrong_option = The option `{ $key }` must be { $kind ->
        [boolean] true or false
        [text] a text
       *[number] a whole number that fits
    }.
