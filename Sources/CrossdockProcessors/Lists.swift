public import CrossdockCore

/// The steps of the route language that this module has.
public enum RouteSteps {
    public static let all: [any NamedProcessor.Type] = [
        // Content
        SetBody.self, Transform.self, SetHeader.self, SetHeaders.self, SetProperty.self,
        SetVariable.self, SetVariables.self, RemoveHeader.self, RemoveHeaders.self,
        RemoveProperty.self, RemoveProperties.self, RemoveVariable.self, ConvertBodyTo.self,
        ConvertHeaderTo.self, ConvertVariableTo.self, Validate.self, Sort.self, Script.self,
        SetExchangePattern.self,
        // Flow
        To.self, ToDynamic.self, KameletStep.self, WireTap.self, Log.self, Choice.self, Filter.self,
        Split.self,
        Multicast.self, RecipientList.self, RoutingSlip.self, DynamicRouter.self, Loop.self,
        DoTry.self, PipelineStep.self, GroupStep.self, Stop.self, ThrowException.self,
        Rollback.self,
        Delay.self,
    ]
}

/// The beans that routes name by their Java classes.
public enum RouteBeans {
    public static let all: [any NamedBean.Type] = [
        UseLatest.self, UseOriginal.self, GroupedBody.self, GroupedMessage.self, JoinedText.self,
    ]
}

/// The components that need nothing from outside the process.
public enum InProcessComponents {
    /// - Returns: Fresh ones: their queues and mocks belong to one hub.
    public static func all() -> [any Component] {
        [
            DirectComponent(), SedaComponent(), TimerComponent(), LogComponent(), MockComponent(),
            FileComponent(),
        ]
    }
}
