public import CrossdockSettings

/// An object that routes name by its Java class: an aggregation strategy, an idempotent repository.
///
/// - Source: Camel's component catalog, "beans"; the classes are native counterparts.
public protocol NamedBean: Sendable {
    /// The Java names under which it is known, fully qualified, the usual one first.
    static var classNames: [String] { get }
    static var summary: String { get }
    associatedtype Options: Settings

    init(_ options: Options, _ builder: any RouteBuilding) throws
}
