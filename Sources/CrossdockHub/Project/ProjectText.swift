public import CrossdockDiagnostics
internal import Glibc

/// Files and surroundings of a project, as commands need them.
public enum ProjectText {
    /// - Throws: ``DiagnosticsError`` with CD0111.
    public static func read(_ path: String) throws(DiagnosticsError) -> String {
        try TextFile.read(path)
    }

    /// - Throws: ``DiagnosticsError`` with CD0111.
    public static func bytes(_ path: String) throws(DiagnosticsError) -> [UInt8] {
        try TextFile.bytes(path)
    }

    /// The name of the user who runs the program.
    public static var userName: String {
        guard let entry = getpwuid(getuid()), let name = entry.pointee.pw_name else {
            return "unknown"
        }
        return String(cString: name)
    }
}
