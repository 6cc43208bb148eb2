internal import CrossdockData
public import CrossdockDiagnostics

/// The codes of mapping files and of applying them.
public enum MappingCodes {
    public static let all: [DiagnosticCode] = [
        .notJSON, .unknownField, .badMapping, .requiredTargetUnmapped, .lookupMissing,
        .crossReferenceMissing, .textTooLong, .nullableToRequired, .notInvertible, .readOnlyTarget,
        .doubleIntoDecimal, .listMayCollapse, .dateWithoutZone, .personalData, .duplicateTarget,
        .fieldNeverRead, .rowUntested, .newestWithoutTime, .tableUnused, .typeClash,
        .noClauseMatched,
        .conditionNotBoolean, .defaultMissing, .valueMissing, .notAList, .elementNotAnObject,
        .conflictingTableRows, .badTable, .dependencyCycle, .notText, .notANumber, .numberTooLarge,
        .notADate, .currencyUnknown, .noScorer, .badPattern, .notSerializable,
        .mappingTestFailed, .tooManyRejects, .unreadableInput, .badSchema,
    ]
}

extension DiagnosticCode {
    /// A row names a field that its side does not have.
    public static let unknownField = DiagnosticCode(
        "CD2101", "a field does not exist",
        """
        A row, an `ignore` list, an identity or an expression names a field that the object's \
        schema does not have. Names are case-sensitive. The message says which name is nearest; \
        `crossdock schema pull` brings the schema up to date. Sides without `schema` are not checked.
        """)

    /// A mapping file says something that cannot be.
    public static let badMapping = DiagnosticCode(
        "CD2102", "the mapping file is not usable",
        """
        A key does not exist, stands in a place where it means nothing, or has a value of the wrong \
        kind; a row has two verbs, or a verb without what it needs. The place of the complaint is \
        the place in the file.
        """)

    /// The target object requires a field that no row writes.
    public static let requiredTargetUnmapped = DiagnosticCode(
        "CD2103", "a required target field is not mapped",
        """
        The schema of the target says that records cannot be created without this field, and no row \
        writes it. Add a row, or list the field under `ignore` when the target fills it itself.
        """)

    /// A table or code list has no row for a value.
    public static let lookupMissing = DiagnosticCode(
        "CD2104", "a value is not in the table or code list",
        """
        `lookup` and `codes` translate only what their table has. Cells are compared as text after \
        trimming, with case for tables, without for code lists. Add the row to the table, or say \
        `onMissing: clear`, `skip` or `{default: …}` on the row.
        """)

    /// The state store has no id of the other side.
    public static let crossReferenceMissing = DiagnosticCode(
        "CD2105", "the other side's id is not known",
        """
        `xref` translates ids by the pairs that the hub has stored. This one has no pair yet: the \
        record it points to was never written, or the command runs without `--state`. \
        `onMissing: defer` waits for it in a route, `clear` writes null.
        """)

    /// Text is longer than its target.
    public static let textTooLong = DiagnosticCode(
        "CD2106", "text is too long for its target",
        """
        Lengths count Unicode scalars. The limit is the row's `length`, else the schema's; `split` \
        has as much room as its targets together. `onTooLong: truncate` cuts instead of failing.
        """)

    /// A source that may be null goes to a target that may not.
    public static let nullableToRequired = DiagnosticCode(
        "CD2107", "a value that may be missing goes to a required field",
        """
        The source field may be absent or null, the target needs a value, and the row does not say \
        what to do then. Give it a `default`, or `onNull: fail` so that the record is refused here \
        with a clear reason and not there.
        """)

    /// A row cannot be turned round.
    public static let notInvertible = DiagnosticCode(
        "CD2108", "a row has no inverse",
        """
        Under `direction: both` every row must work in both directions. Copies, bijective tables and \
        code lists, `as`, `split`, `xref`, `line`, `clean: [trim]` are turned round by themselves. For \
        others say `direction: to-right`, or write the inverse as `reverse: {left: …, expr: …}`. A \
        table is not bijective when two of its rows have the same keys and right value; the message \
        names both left values.
        """)

    /// The target may not be written.
    public static let readOnlyTarget = DiagnosticCode(
        "CD2109", "the target field is read-only",
        """
        The schema says that this field can neither be set on creation nor changed: it is computed, \
        numbered by the system, or a formula. Writing it fails there or is ignored.
        """)

    /// An expression computes with binary fractions and its result becomes a decimal.
    public static let doubleIntoDecimal = DiagnosticCode(
        "CD2110", "an expression feeds a decimal",
        """
        Expressions calculate with binary floating point, in which 0.1 + 0.2 is not 0.3. Money should \
        be copied by a row with `as: {decimal}`, which is exact.
        """)

    /// An expression over a list yields a single value when the list has one element.
    public static let listMayCollapse = DiagnosticCode(
        "CD2111", "a list of one becomes a single value",
        """
        In JSONata `Contacts.Email` is a list for two contacts and a plain text for one. Use `each`, \
        which always yields a list, or force one with `[ ]`.
        """)

    /// A date is computed from an instant, and no zone says on which day.
    public static let dateWithoutZone = DiagnosticCode(
        "CD2112", "a date without a time zone",
        """
        The same instant is a different day in different zones. Set `defaults: {zone: {left: …, \
        right: …}}`; without it UTC is used.
        """)

    /// Personal data goes where it may not.
    public static let personalData = DiagnosticCode(
        "CD2113", "personal data is used unmasked",
        """
        A field marked `pii` is also a feature of a model or part of an unmarked row.
        """)

    /// Two rows write the same field.
    public static let duplicateTarget = DiagnosticCode(
        "CD2114", "two rows write the same field",
        """
        In one direction every field has one row. Where one field feeds several, as a name that is \
        also a search term, let one row be `direction: both` and the others `direction: to-right`.
        """)

    /// A source field that no row reads.
    public static let fieldNeverRead = DiagnosticCode(
        "CD2115", "a source field is never read",
        """
        No row reads the field. When that is meant, list it under `ignore`.
        """)

    /// A row that no test covers.
    public static let rowUntested = DiagnosticCode(
        "CD2116", "a row has no test",
        """
        No inline test expects a value of this row's target. `crossdock test` runs the tests under \
        `tests:`.
        """)

    /// `conflict: newest` without a time to compare.
    public static let newestWithoutTime = DiagnosticCode(
        "CD2117", "newest cannot be decided for this field",
        """
        `conflict: newest` compares when each side last changed, which is known per record, not per \
        field, unless the source tracks the field's history.
        """)

    /// A table no row uses.
    public static let tableUnused = DiagnosticCode(
        "CD2118", "a table is not used", "No row of any mapping looks anything up in this table.")

    /// Source and target have types that do not fit.
    public static let typeClash = DiagnosticCode(
        "CD2119", "the types do not fit",
        """
        The row copies a value of one type into a field of another, for example text into a date. \
        Convert it with `as`.
        """)

    /// No `when` clause is true.
    public static let noClauseMatched = DiagnosticCode(
        "CD2120", "no clause of when is true",
        """
        None of the `if` expressions is true and there is no `else`. Add `- {else: …}`; `else: null` \
        clears the target.
        """)

    /// An `if` that is neither true nor false.
    public static let conditionNotBoolean = DiagnosticCode(
        "CD2121", "a condition is not boolean",
        """
        `if` must yield true or false; undefined counts as false. Compare explicitly, or wrap the \
        expression in `$boolean( )` or `$exists( )`.
        """)

    /// The policy `default` without a default.
    public static let defaultMissing = DiagnosticCode(
        "CD2122", "the policy default needs a default",
        """
        `onAbsent: default` and `onNull: default` use the row's `default:`, and the row has none.
        """)

    /// A value is absent or null where the policy demands one.
    public static let valueMissing = DiagnosticCode(
        "CD2123", "a value is missing",
        """
        The source field is absent or null and the policy of the row or file is `fail`.
        """)

    /// `each` met something else than a list.
    public static let notAList = DiagnosticCode(
        "CD2124", "each needs a list",
        "`each` takes a list of objects, or one object as a list of one. The value is neither.")

    /// An element of a list is no object.
    public static let elementNotAnObject = DiagnosticCode(
        "CD2125", "an element is not an object",
        "The fields of `each` read from objects. The field of the message says which element is none."
    )

    /// Two rows of a table contradict each other.
    public static let conflictingTableRows = DiagnosticCode(
        "CD2126", "two rows of a table contradict each other",
        """
        Two rows have the same keys and the same left value but different right values: which is \
        meant cannot be known. Delete one.
        """)

    /// A table that cannot be used.
    public static let badTable = DiagnosticCode(
        "CD2127", "a table cannot be used",
        """
        Tables are CSV files in UTF-8 whose first row names the columns `left`, `right` and, for \
        sub-keys, `key` or `key1`, `key2` …. They lie in `tables/` beside the mapping file, else in \
        `mappings/tables/` of the project. The number of key columns and of sub-keys in \
        `lookup: "table/{Field}"` must be the same.
        """)

    /// Rows that need each other's results.
    public static let dependencyCycle = DiagnosticCode(
        "CD2128", "rows need each other's results",
        """
        A sub-key or a currency reads what another row writes, and that row in turn needs this one. \
        Read from the source instead for one of them.
        """)

    /// A verb for text met an object or a list.
    public static let notText = DiagnosticCode(
        "CD2129", "text was expected",
        """
        `clean`, `split`, `join`, `line`, `lookup`, `codes` and `xref` work on text; numbers and \
        booleans are taken as they are written. An object or a list has no text.
        """)

    /// A conversion met no number.
    public static let notANumber = DiagnosticCode(
        "CD2130", "a value cannot be converted",
        """
        `as: {decimal}` and `as: {integer}` take JSON numbers and texts of digits; the decimal \
        separator and grouping characters must be those of the side (`decimalSeparator`, \
        `groupSeparator`). An integer has no fraction. `as: {boolean}` takes true and false, in \
        reverse exactly its two given values.
        """)

    /// A number with too many digits.
    public static let numberTooLarge = DiagnosticCode(
        "CD2131", "a number is too large",
        """
        `as: {decimal: "p,s"}` has room for p digits, s of them after the point; an integer for 64 \
        bits.
        """)

    /// A value that is no date or time of the expected form.
    public static let notADate = DiagnosticCode(
        "CD2132", "a value is no date or time",
        """
        With `from` only that pattern is accepted; otherwise ISO 8601, `yyyyMMdd`, `HHmmss`, \
        `/Date(ms)/` and `PTnHnMnS` are recognised. Days must exist, hours end at 23, seconds at 59.
        """)

    /// A currency that is unknown or has no minor unit.
    public static let currencyUnknown = DiagnosticCode(
        "CD2133", "the currency is not known",
        """
        `currency` takes the number of decimals from ISO 4217. The currency field is absent, holds \
        no code of that list, or a code without decimals of its own, such as XAU.
        """)

    /// A model is asked for, and none is at hand.
    public static let noScorer = DiagnosticCode(
        "CD2134", "no model can be asked here",
        """
        The row has `score`, and this run has no models: `crossdock map` runs without a registry. The \
        row works in routes.
        """)

    /// A date pattern or time zone that does not exist.
    public static let badPattern = DiagnosticCode(
        "CD2135", "a date pattern or time zone is not usable",
        """
        Patterns are those of Unicode's LDML (`yyyy-MM-dd`, `HH:mm:ss`), or `iso`, `odata2`, `sap`. \
        Literal letters stand in single quotes. Zones are names of the IANA database such as \
        `Europe/Berlin`; the machine needs the package tzdata.
        """)

    /// A character that the output format cannot hold.
    public static let notSerializable = DiagnosticCode(
        "CD2136", "a value cannot be written in this format",
        """
        XML 1.0 has no way to write most control characters. Remove them with an expression, or \
        write JSON.
        """)

    /// An inline test failed.
    public static let mappingTestFailed = DiagnosticCode(
        "CD2145", "a test of a mapping failed",
        "The message has the field, what was expected and what came out.")

    /// More records were rejected than the run allows.
    public static let tooManyRejects = DiagnosticCode(
        "CD2142", "too many records were rejected",
        """
        The run stopped because more records failed than its limit allows. What was written before \
        is complete.
        """)

    /// Input that cannot be read at all.
    public static let unreadableInput = DiagnosticCode(
        "CD2143", "the input cannot be read",
        """
        The file is not of the format that `--in` names, or reading it failed. Nothing after the \
        place in the message was read.
        """)

    /// A schema file that cannot be used.
    public static let badSchema = DiagnosticCode(
        "CD2144", "a schema file cannot be used",
        """
        `left.schema` or `right.schema` names a file that does not exist or is no object schema. \
        `crossdock schema pull` writes it.
        """)
}
