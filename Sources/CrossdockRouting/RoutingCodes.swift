public import CrossdockDiagnostics

/// The codes of reading and building routes.
public enum RoutingCodes {
    public static let all: [DiagnosticCode] = [
        .unknownScheme, .schemeNotOffered, .unknownStep, .routeShape, .duplicateRoute,
        .noSuchRouteFile, .unknownEntry, .oldSpelling, .unreachable, .templateUse, .startOrder,
        .dynamicAddress,
    ]
}

extension DiagnosticCode {
    /// A scheme that no component has.
    public static let unknownScheme = DiagnosticCode(
        "CD1101", "unknown component scheme",
        """
        The address begins with a scheme that no component has. `crossdock list components` shows \
        those there are.
        """)

    /// A scheme of Camel that this hub does not offer.
    public static let schemeNotOffered = DiagnosticCode(
        "CD1102", "Camel has this component, Crossdock does not",
        """
        The scheme is one of Camel's that is not offered here. The help says what to use instead, \
        where there is something.
        """)

    /// A step that does not exist.
    public static let unknownStep = DiagnosticCode(
        "CD1106", "unknown step",
        """
        A route names a step that the route language does not have, or that is not offered here. \
        `crossdock list processors` shows all steps.
        """)

    /// An entry or step of the wrong shape.
    public static let routeShape = DiagnosticCode(
        "CD1108", "a route file has the wrong shape",
        """
        A list was expected where a map stands or the other way round, a step has two names, or a \
        required part is missing. The place shows where.
        """)

    /// Two routes with one id.
    public static let duplicateRoute = DiagnosticCode(
        "CD1109", "two routes have the same id",
        """
        Cursors, queues and effects are named after the route's id: two routes with one id would \
        take each other's messages. Rename one of them.
        """)

    /// No route file where one was named.
    public static let noSuchRouteFile = DiagnosticCode(
        "CD1113", "no route file was found",
        """
        The path names no file and no folder with `*.camel.yaml` files.
        """)

    /// A top-level entry or key that the route language does not have here.
    public static let unknownEntry = DiagnosticCode(
        "CD1114", "unknown entry in a route file",
        """
        A route file is a list of entries such as `route`, `routeConfiguration`, `onException`, \
        `errorHandler` and `beans`, each a map with one key.
        """)

    /// A key in the spelling of old files.
    public static let oldSpelling = DiagnosticCode(
        "CD1115", "a key is written with hyphens",
        """
        Camel wrote keys with hyphens once (`set-body`); today they are written in camelCase \
        (`setBody`). The old spelling is still read. `crossdock fmt` rewrites it.
        """)

    /// An address that leads nowhere.
    public static let unreachable = DiagnosticCode(
        "CD1116", "nothing receives from this address",
        """
        A route sends to a `direct:` or `seda:` address from which no route of the project receives. \
        Messages sent there fail, or wait for ever.
        """)

    /// A route template or Kamelet that cannot be used as it is.
    public static let templateUse = DiagnosticCode(
        "CD1117", "a route template cannot be used like this",
        """
        A `templatedRoute` or `kamelet:` names a template that does not exist, leaves out a required \
        parameter, or the templates use each other in a circle.
        """)

    /// Two routes that start at the same place.
    public static let startOrder = DiagnosticCode(
        "CD1118", "two routes have the same startupOrder",
        """
        Routes start in the order of their `startupOrder` and stop in the reverse one: each number \
        belongs to one route. Leave it out where the order does not matter.
        """)

    /// An address from data that the route may not send to.
    public static let dynamicAddress = DiagnosticCode(
        "CD7110", "an address made from data is not allowed",
        """
        Message data may not choose hosts, credentials, commands or file roots. Allow the addresses \
        that are meant in crossdock.yaml: `security.dynamicUris: {<route id>: [pattern]}`.
        """)
}
