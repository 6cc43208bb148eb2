public import CrossdockCore
public import CrossdockDiagnostics
public import CrossdockSettings
public import Logging

/// Turns what files say into routes that run.
public struct RouteAssembly: Sendable {
    public let catalog: Catalog
    public let placeholders: Placeholders
    public let clock: any HubClock
    public let logger: Logger
    /// Variables that outlive exchanges, shared by all routes.
    public let variables: VariableStore
    /// What steps start and do not wait for.
    public let background: BackgroundTasks
    /// Makes the observers of a route.
    public let routeObservers: @Sendable (String) -> [any RouteObserver]
    public let stepObservers: [any StepObserver]
    /// Per route id, patterns of addresses that message data may choose.
    public let dynamicAddresses: [String: [String]]
    /// Finds the file of a Kamelet that none of the files holds.
    public let kamelets: @Sendable (String) -> RouteFile?
    /// The clock of steps and error handlers, where it is another than that of sources.
    public let stepClock: any HubClock
    /// What stands in for an address, for tests.
    public let standIns: [AddressStandIn]

    public init(
        catalog: Catalog, placeholders: Placeholders, clock: any HubClock = SystemClock(),
        logger: Logger, variables: VariableStore = VariableStore(),
        background: BackgroundTasks = BackgroundTasks(),
        routeObservers: @escaping @Sendable (String) -> [any RouteObserver] = { _ in [] },
        stepObservers: [any StepObserver] = [], dynamicAddresses: [String: [String]] = [:],
        kamelets: @escaping @Sendable (String) -> RouteFile? = { _ in nil },
        stepClock: (any HubClock)? = nil, standIns: [AddressStandIn] = []
    ) {
        self.catalog = catalog
        self.placeholders = placeholders
        self.clock = clock
        self.logger = logger
        self.variables = variables
        self.background = background
        self.routeObservers = routeObservers
        self.stepObservers = stepObservers
        self.dynamicAddresses = dynamicAddresses
        self.kamelets = kamelets
        self.stepClock = stepClock ?? clock
        self.standIns = standIns
    }

    /// Builds all routes of some files. Nothing is connected and nothing started.
    ///
    /// - Returns: The routes, none when there are errors, and everything found.
    public func build(
        _ files: [RouteFile]
    ) -> (routes: [BuiltRoute], findings: [Diagnostic]) {
        let project = RouteProject(self, files)
        let routes = project.build()
        let findings = project.findings
        let hasErrors = findings.contains { $0.severity == .error }
        return (hasErrors ? [] : routes, findings)
    }

    // MARK: - Addresses

    func component(for address: EndpointAddress) throws(DiagnosticsError) -> any Component {
        if let component = catalog.component(address.scheme) { return component }
        if let advice = ForeignScheme.advice(for: address.scheme) {
            throw DiagnosticsError(
                Diagnostic(
                    .schemeNotOffered, "the component '\(address.scheme)' is not offered here",
                    at: address.span, help: advice))
        }
        throw DiagnosticsError(
            Diagnostic(
                .unknownScheme, "there is no component '\(address.scheme)'", at: address.span,
                help: Suggestion.help(for: address.scheme, in: catalog.schemes)
                    ?? "`crossdock list components` shows all"))
    }

    /// Puts an address together from `uri` and `parameters`.
    func address(
        uri: String, parameters: YAMLNode?, at span: SourceSpan?
    ) throws -> EndpointAddress {
        let members = parameters?.mapping ?? []
        var given: [(name: String, value: String)] = []
        for member in members {
            if member.value.isNull { continue }
            guard let text = member.value.scalar?.text else {
                throw DiagnosticsError(
                    Diagnostic(
                        .badSetting, "'\(member.key)' is text, not \(member.value.kindDescription)",
                        at: member.value.span))
            }
            given.append((member.key, Self.unwrapped(text)))
        }
        // A scheme alone, perhaps with options behind it: the parameters hold its path.
        let scheme = uri.prefix { $0 != ":" && $0 != "?" }
        guard scheme.count == uri.count || uri[scheme.endIndex] == "?" else {
            var address = try EndpointAddress(uri, at: span)
            address.parameters = address.parameters.map { ($0.name, Self.unwrapped($0.value)) }
            address.parameters += given
            return address
        }
        let bare = EndpointAddress(scheme: String(scheme), path: "", span: span)
        let syntax = type(of: try component(for: bare)).syntax
        let query = try EndpointAddress("\(scheme):\(uri.dropFirst(scheme.count))", at: span)
            .parameters
        given = query.map { ($0.name, Self.unwrapped($0.value)) } + given
        let path = try AddressSyntax(syntax).path(taking: &given, at: span)
        return EndpointAddress(scheme: String(scheme), path: path, parameters: given, span: span)
    }

    /// The address, or what stands in for it.
    func replaced(_ address: EndpointAddress) throws -> EndpointAddress {
        guard let standIn = standIns.first(where: { $0.pattern.matches(address.name) }) else {
            return address
        }
        return try EndpointAddress(standIn.address, at: address.span)
    }

    /// `RAW(…)` says that a value is meant as it stands.
    private static func unwrapped(_ text: String) -> String {
        guard text.hasPrefix("RAW("), text.hasSuffix(")") else { return text }
        return String(text.dropFirst(4).dropLast())
    }

    func allowsDynamic(_ address: String, in route: String) -> Bool {
        (dynamicAddresses[route] ?? []).contains { AddressPattern($0).matches(address) }
    }
}

/// An address that stands in for others.
public struct AddressStandIn: Sendable {
    let pattern: AddressPattern
    let address: String

    /// - Parameter pattern: Of scheme and path; `*` stands for any text.
    public init(pattern: String, address: String) {
        self.pattern = AddressPattern(pattern)
        self.address = address
    }
}

/// Schemes of Camel that are not offered, and what to use instead.
enum ForeignScheme {
    /// Nil for a scheme that Camel does not have either.
    static func advice(for scheme: String) -> String? {
        if let advice = advice[scheme] { return advice }
        return others.contains(scheme)
            ? "`crossdock list components` shows what there is" : nil
    }

    private static let advice: [String: String] = {
        let queue = "use spring-rabbitmq: or bus:"
        let java = "Java beans cannot run here; use mapping: or a step"
        let file = "use file:, or http: where the service has an API"
        return [
            "amqp": "amqp: is AMQP 1.0; for RabbitMQ use spring-rabbitmq:", "jms": queue,
            "activemq": queue, "activemq6": queue, "sjms": queue, "sjms2": queue,
            "aws2-sqs": queue, "azure-servicebus": queue, "google-pubsub": queue, "nats": queue,
            "pulsar": queue, "kafka": "use bus:, or spring-rabbitmq: with a stream queue",
            "bean": java, "class": java, "xslt-saxon": "XSLT 3 is not offered; use mapping:",
            "jslt": "use mapping: or jsonata", "jolt": "use mapping: or jsonata",
            "atlasmap": "use mapping:", "freemarker": "use setBody with simple",
            "velocity": "use setBody with simple", "mustache": "use setBody with simple",
            "jdbc": "use sql:", "jpa": "use sql:", "mybatis": "use sql:", "netty-http": "use http:",
            "undertow": "use platform-http:", "jetty": "use platform-http:",
            "servlet": "use platform-http:", "ftp": file, "sftp": file, "ftps": file,
            "quarkus": "use rest: or http:", "netsuite": "use http: with a connector",
        ]
    }()

    private static let others: Set<String> = [
        "arangodb", "asterisk", "atmos", "atom", "avro", "aws2-s3", "aws2-sns", "aws2-kinesis",
        "aws2-ddb", "aws2-ddbstream", "aws2-lambda", "aws2-eventbridge", "aws2-ses", "aws2-kms",
        "aws2-ec2", "aws2-ecs", "aws2-eks", "aws2-iam", "aws2-mq", "aws2-msk", "aws2-sts",
        "aws2-athena", "aws2-translate", "aws2-timestream", "aws-redshift-data",
        "aws-secrets-manager", "azure-cosmosdb", "azure-eventhubs", "azure-files",
        "azure-key-vault", "azure-storage-blob", "azure-storage-datalake",
        "azure-storage-queue", "azure-functions", "bonita", "box", "braintree", "browse",
        "caffeine-cache",
        "chatscript", "chunk", "cm-sms", "coap", "cometd", "consul", "couchbase", "couchdb",
        "cql", "crypto", "cxf", "cxfrs", "debezium-mongodb", "debezium-mysql",
        "debezium-oracle", "debezium-postgres", "debezium-sqlserver", "debezium-db2",
        "debezium-informix", "digitalocean", "disruptor", "djl", "dns", "docker", "dropbox",
        "drools", "ehcache",
        "elasticsearch", "elasticsearch-rest-client", "etcd3", "fhir", "flink", "fop", "geocoder",
        "git", "github",
        "github2", "google-bigquery", "google-calendar", "google-drive", "google-functions",
        "google-mail", "google-mail-stream", "google-sheets", "google-sheets-stream",
        "google-storage", "google-secret-manager", "google-firestore", "google-vertexai",
        "grape", "graphql", "grpc", "guava-eventbus", "hashicorp-vault",
        "hazelcast-map", "hdfs", "hwcloud-obs", "ibm-cos", "ibm-event-streams", "iec60870-client",
        "iggy", "ignite-cache", "imap",
        "imaps", "infinispan", "infinispan-embedded", "influxdb", "influxdb2", "irc", "jcache",
        "jcr", "jgroups",
        "jira", "jmx", "jooq", "jt400", "kserve", "kubernetes-config-maps",
        "kubernetes-cronjob", "kubernetes-custom-resources", "kubernetes-deployments",
        "kubernetes-events", "kubernetes-job", "kubernetes-namespaces", "kubernetes-nodes",
        "kubernetes-pods", "kubernetes-secrets", "kubernetes-services", "kudu", "langchain4j-agent",
        "langchain4j-chat", "langchain4j-embeddings", "langchain4j-tools", "langchain4j-web-search",
        "ldap", "ldif", "lpr",
        "lucene", "lumberjack", "mail", "mail-microsoft-oauth", "master", "metrics", "micrometer",
        "milo-client",
        "milo-browse", "milvus", "mina", "minio", "mllp", "mongodb", "mongodb-gridfs", "msv",
        "mvel",
        "nagios", "neo4j", "netty", "nitrite", "oaipmh", "olingo2", "olingo4", "openai",
        "opensearch",
        "openshift-builds", "optaplanner", "paho", "paho-mqtt5", "pdf", "pg-replication-slot",
        "pgevent",
        "pgvector", "pinecone", "plc4x", "pop3", "pop3s", "printer", "pubnub", "qdrant", "quickfix",
        "raspberrypi", "reactive-streams",
        "redis", "rss", "saga", "sap-netweaver", "schematron", "scp", "servicenow",
        "slack", "smb", "smooks", "smpp", "smpps", "smtp", "smtps", "snmp", "solr", "solrs",
        "splunk", "splunk-hec", "spring-batch",
        "spring-event", "spring-jdbc", "spring-ldap", "spring-redis", "spring-ws",
        "ssh", "stax", "stitch", "stomp", "stream", "string-template", "stripe", "tahu-edge",
        "telegram", "tensorflow-serving",
        "thrift", "thymeleaf", "tika", "torchserve", "twilio", "twitter-search", "twitter-timeline",
        "twitter-directmessage", "vertx",
        "vertx-http", "vertx-websocket", "wal", "wasm", "watsonx-ai", "weather", "weaviate",
        "web3j", "webhook", "whatsapp",
        "wordpress", "workday", "x402", "xchange", "xj", "xmpp", "xmlsecurity-sign",
        "xmlsecurity-verify", "yammer", "zeebe",
        "zendesk", "zookeeper", "zookeeper-master",
    ]
}

extension Substring {
    func trimmingBlanks() -> Substring {
        var text = self
        while text.first == " " { text.removeFirst() }
        while text.last == " " { text.removeLast() }
        return text
    }
}
