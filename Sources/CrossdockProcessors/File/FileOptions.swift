internal import CrossdockSettings

/// What may be set behind the `?` of `file:`.
struct FileOptions: Settings {
    enum Existing: String, SettingChoice { case Override, Append, Fail, Ignore, Move, TryRename }
    enum ReadLock: String, SettingChoice { case none, changed, markerFile }

    // Both directions
    @Setting("Receiving: only the file of that name. Sending: the name; simple allowed.")
    var fileName: String?
    @Setting("How text becomes bytes and back; UTF-8 unless it says otherwise.")
    var charset: String?
    @Setting("Whether folders are made that are not there.")
    var autoCreate = true
    @Setting("The file that says that a file is complete; `${file:name}` stands for its name.")
    var doneFileName: String?

    // Receiving
    @Setting("The wait before the first look.")
    var initialDelay: Duration = .milliseconds(1_000)
    @Setting("The time between two looks.")
    var delay: Duration = .milliseconds(500)
    @Setting("Whether files stay where they are; each is then taken once.")
    var noop = false
    @Setting("Whether files are removed when they are through.")
    var delete = false
    @Setting("Where files go that are through; simple allowed.")
    var move: String?
    @Setting("Where files go that failed; simple allowed. Without it they are tried again.")
    var moveFailed: String?
    @Setting("Where files go before they are worked on; simple allowed.")
    var preMove: String?
    @Setting("Whether folders below are looked at.")
    var recursive = false
    @Setting("The lowest level that is looked at; the folder itself is 1.", in: 0...1_000_000)
    var minDepth = 0
    @Setting("The highest level that is looked at.", in: 0...2_147_483_647)
    var maxDepth = 2_147_483_647
    @Setting("A pattern of the names that are taken.")
    var include: String?
    @Setting("A pattern of the names that are left.")
    var exclude: String?
    @Setting("The endings that are taken, separated by commas.")
    var includeExt: String?
    @Setting("The endings that are left, separated by commas.")
    var excludeExt: String?
    @Setting("Globs of the paths that are taken, separated by commas.")
    var antInclude: String?
    @Setting("Globs of the paths that are left, separated by commas.")
    var antExclude: String?
    @Setting("Whether a file is taken once only, by its key.")
    var idempotent: Bool?
    @Setting("What makes a file the same one; simple allowed. Else its path.")
    var idempotentKey: String?
    @Setting("How many files one look takes; 0 is all.", in: 0...1_000_000)
    var maxMessagesPerPoll = 0
    @Setting("How to find out that a file is complete.")
    var readLock = ReadLock.none
    @Setting("The time in which a file must not have changed.")
    var readLockCheckInterval: Duration = .milliseconds(1_000)
    @Setting("How old a file must be.")
    var readLockMinAge: Duration = .zero
    @Setting("How many bytes a file must have.")
    var readLockMinLength = 1
    @Setting("How files are sorted: `file:name`, `reverse:file:modified`; several by `;`.")
    var sortBy: String?
    @Setting("Whether a look that finds nothing sends an empty message.")
    var sendEmptyMessageWhenIdle = false
    @Setting("How many looks there are; 0 is without end.", in: 0...9_223_372_036_854_775_807)
    var repeatCount = 0
    @Setting("Whether the folder must be there when the route starts.")
    var startingDirectoryMustExist = false
    @Setting("Whether a look follows at once on one that found something.")
    var greedy = false

    // Sending
    @Setting("What to do when the file is there already.")
    var fileExist = Existing.Override
    @Setting("Where the file goes that is there already; simple allowed.")
    var moveExisting: String?
    @Setting("What is written behind each appended message.")
    var appendChars: String?
    @Setting("Accepted: files are always written beside and then renamed.")
    var tempFileName: String?
    @Setting("Accepted: files are always written beside and then renamed.")
    var tempPrefix: String?
    @Setting("Whether a message without a body makes an empty file.")
    var allowNullBody = false
    @Setting("Whether names may not lead out of the folder.")
    var jailStartingDirectory = true
    @Setting("Whether folders in the name are left out.")
    var flatten = false
    @Setting("Whether what was written is on the disk before the message goes on.")
    var forceWrites = true

    init() {}

    func validate() throws {
        if delete, move != nil || noop {
            throw SettingProblem("'delete' goes with neither 'move' nor 'noop'")
        }
        if noop, move != nil { throw SettingProblem("'noop' does not go with 'move'") }
        if (fileExist == .Move) != (moveExisting != nil) {
            throw SettingProblem("'fileExist=Move' and 'moveExisting' belong together")
        }
    }
}
