public import CrossdockSettings

/// Changes or directs an exchange. In the language of routes: a step.
public protocol Processor: Sendable {
    /// Changes the exchange it is given, or throws; never both in a way that a repetition could see:
    /// a step that is repeated gets the exchange as it was.
    func process(_ exchange: inout Exchange) async throws
}

/// A step that the route language knows by name.
public protocol NamedProcessor: Processor {
    /// The keyword, Camel's where Camel has the step.
    static var name: String { get }
    static var summary: String { get }
    associatedtype Options: Settings
    /// The option that is meant when a step is written as `name: text`.
    static var shorthand: String? { get }
    /// Whether the steps after this one in a list become its own when it is written without any.
    ///
    /// - Source: Camel, `YamlDeserializationMode.FLOW`.
    static var takesFollowingSteps: Bool { get }

    /// - Throws: ``DiagnosticsError`` for options that cannot work together.
    init(_ options: Options, _ builder: any RouteBuilding) throws
}

extension NamedProcessor {
    public static var shorthand: String? { nil }
    public static var takesFollowingSteps: Bool { false }
}

/// A step that contains steps. It is not repeated when it fails: its inner steps are.
public protocol CompositeProcessor: NamedProcessor {}

/// A step that contains steps and whose own failure the route's error handler deals with, once, without
/// repeating it.
public protocol FailureBoundary: Processor {
    /// Whether this one is such a step; decided by its options.
    var isBoundary: Bool { get }
}

/// What a step's life outside exchanges needs: to make something ready, to let something go.
public protocol ManagedProcessor: Processor {
    /// Called before any route starts.
    func prepare() async throws
    /// Called once, after the last `process` has returned.
    func close() async
}

extension ManagedProcessor {
    public func prepare() async throws {}
    public func close() async {}
}
