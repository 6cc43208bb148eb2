public import CrossdockData

extension Exchange {
    /// The property names that Camel knows and that live elsewhere than in ``properties``.
    public enum PropertyName {
        public static let caught = "CamelExceptionCaught"
        public static let failureEndpoint = "CamelFailureEndpoint"
        public static let failureRoute = "CamelFailureRouteId"
        public static let toEndpoint = "CamelToEndpoint"
        public static let splitIndex = "CamelSplitIndex"
        public static let splitSize = "CamelSplitSize"
        public static let splitComplete = "CamelSplitComplete"
        public static let loopIndex = "CamelLoopIndex"
        public static let loopSize = "CamelLoopSize"
        public static let multicastIndex = "CamelMulticastIndex"
        public static let multicastComplete = "CamelMulticastComplete"
        public static let filterMatched = "CamelFilterMatched"
    }

    /// A property as a route sees it: a caught error reads as `class: message`.
    public func property(_ name: String) -> Value? {
        if let value = properties[name] { return value }
        guard name.hasPrefix("Camel") else { return nil }
        switch name {
        case PropertyName.caught: return failure.map { .string(ExceptionName.describe($0.error)) }
        case PropertyName.failureEndpoint: return failure?.endpoint.map { .string($0) }
        case PropertyName.failureRoute: return failure?.routeID.map { .string($0) }
        case PropertyName.toEndpoint: return lastEndpoint.map { .string($0) }
        default: return nil
        }
    }
}
