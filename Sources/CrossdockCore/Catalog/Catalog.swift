/// What exists in this hub: components with their services, steps, languages.
public struct Catalog: Sendable {
    private var componentsByScheme: [String: any Component] = [:]
    private var processorsByName: [String: any NamedProcessor.Type] = [:]
    private var languagesByName: [String: any Language] = [:]
    private var beansByClass: [String: any NamedBean.Type] = [:]

    public init(
        components: [any Component], processors: [any NamedProcessor.Type],
        languages: [any Language], beans: [any NamedBean.Type] = []
    ) {
        for component in components {
            let type = type(of: component)
            for scheme in [type.scheme] + type.aliases { componentsByScheme[scheme] = component }
        }
        for processor in processors { processorsByName[processor.name] = processor }
        for language in languages { languagesByName[type(of: language).name] = language }
        for bean in beans {
            for name in bean.classNames {
                beansByClass[name] = bean
                // Routes also write the last part alone.
                if let last = name.split(separator: ".").last { beansByClass[String(last)] = bean }
            }
        }
    }

    public func component(_ scheme: String) -> (any Component)? { componentsByScheme[scheme] }
    public func processor(_ name: String) -> (any NamedProcessor.Type)? { processorsByName[name] }
    public func language(_ name: String) -> (any Language)? { languagesByName[name] }

    public func bean(ofClass name: String) -> (any NamedBean.Type)? { beansByClass[name] }

    public var beanClasses: [String] { beansByClass.keys.filter { $0.contains(".") }.sorted() }
    public var schemes: [String] { componentsByScheme.keys.sorted() }
    public var processorNames: [String] { processorsByName.keys.sorted() }
    public var languageNames: [String] { languagesByName.keys.sorted() }

    /// The catalog with `component` in place of what had its schemes.
    public func with(_ component: any Component) -> Catalog {
        var copy = self
        let type = type(of: component)
        for scheme in [type.scheme] + type.aliases { copy.componentsByScheme[scheme] = component }
        return copy
    }
}
