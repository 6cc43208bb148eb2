public import CrossdockDiagnostics

/// The codes of reading settings and YAML.
public enum SettingsCodes {
    public static let all: [DiagnosticCode] = [
        .unknownSetting, .missingSetting, .badSetting, .unresolvedPlaceholder, .yamlSyntax,
    ]
}

extension DiagnosticCode {
    /// A key, option or setting that does not exist.
    public static let unknownSetting = DiagnosticCode(
        "CD0101", "unknown key or option",
        """
        A file or an endpoint address sets something that does not exist. Names are case-sensitive \
        and written in camelCase. `crossdock list` shows the options of every component; \
        `crossdock config explain KEY` those of crossdock.yaml.
        """)

    /// A required setting that is absent.
    public static let missingSetting = DiagnosticCode(
        "CD0102", "a required key or option is missing",
        """
        Something that has no default was not set. The message names it; `crossdock list` shows its \
        meaning and an example.
        """)

    /// A setting whose value cannot be used.
    public static let badSetting = DiagnosticCode(
        "CD0103", "a value cannot be used",
        """
        A setting has a value of the wrong kind or outside its range. Durations are written `30s`, \
        `5m`, `1h30m` or as a number of milliseconds; sizes `64KB`, `10MB`; switches `true` or \
        `false`.
        """)

    /// A `{{…}}` that stands for nothing.
    public static let unresolvedPlaceholder = DiagnosticCode(
        "CD0104", "a placeholder cannot be resolved",
        """
        `{{key}}` takes a property of crossdock.yaml, `{{env:NAME}}` an environment variable, \
        `{{file:/path}}` the content of a file; `{{key:default}}` says what to use when there is \
        none. Nothing was found and no default given.
        """)

    /// Text that is no YAML, or more of it than is read.
    public static let yamlSyntax = DiagnosticCode(
        "CD0110", "the file is not readable as YAML",
        """
        The text is not YAML, names a key twice, nests too deeply or is too large. Tabs may not \
        indent; text with `: `, `#`, `{` or `[` needs quotes.
        """)
}
