internal import CrossdockData
internal import CrossdockDiagnostics
internal import CrossdockXML

/// The Java names under which routes catch errors, and which of them is a kind of which.
///
/// `onException` and `doCatch` name classes. Every error of the hub answers to one: its own if it is
/// a ``NamedException``, otherwise the one of its diagnostic code's area. A name nobody here knows
/// counts as a direct child of `java.lang.Exception`.
public enum ExceptionName {
    /// The class of an error, fully qualified.
    public static func of(_ error: any Error) -> String {
        if let named = error as? any NamedException { return named.exceptionClass }
        if error is CancellationError { return "java.lang.InterruptedException" }
        if error is JSONError { return "com.fasterxml.jackson.core.JsonParseException" }
        if error is XMLError { return "org.xml.sax.SAXParseException" }
        if let classified = error as? any Classified { return ofArea(classified.code) }
        return "java.lang.Exception"
    }

    private static func ofArea(_ code: DiagnosticCode) -> String {
        switch code.id.prefix(4) {
        case "CD01": "crossdock.ConfigurationException"
        case "CD11": "org.apache.camel.CamelExecutionException"
        case "CD21": "crossdock.MappingException"
        case "CD31": httpFailed
        case "CD41": "crossdock.DeliveryException"
        case "CD51": "crossdock.ModelException"
        case "CD61": "crossdock.StateException"
        case "CD71": "java.lang.SecurityException"
        default: "java.lang.Exception"
        }
    }

    public static let httpFailed = "org.apache.camel.http.base.HttpOperationFailedException"

    /// An error as Java's `toString` would put it: `class: message`.
    public static func describe(_ error: any Error) -> String { "\(of(error)): \(message(error))" }

    /// What an error says, without its code.
    public static func message(_ error: any Error) -> String {
        (error as? any Classified)?.message ?? String(describing: error)
    }

    /// The error and what led to it, innermost first.
    public static func chain(_ error: any Error) -> [any Error] {
        var chain: [any Error] = [error]
        while let cause = (chain[0] as? any Classified)?.cause, chain.count < 64 {
            chain.insert(cause, at: 0)
        }
        return chain
    }

    /// The class above `name`; nil for `java.lang.Throwable`.
    public static func parent(of name: String) -> String? {
        if let known = parents[name] { return known }
        return name == throwable ? nil : "java.lang.Exception"
    }

    /// How many classes lie between `name` and `ancestor`; nil when it is none.
    public static func distance(from name: String, to ancestor: String) -> Int? {
        var current = name
        var steps = 0
        while current != ancestor {
            guard let next = parent(of: current), steps < 32 else { return nil }
            current = next
            steps += 1
        }
        return steps
    }

    /// The full name for one that a route may write short: `IOException`.
    ///
    /// - Returns: Nil when nothing is known by that name.
    public static func resolve(_ name: String) -> String? {
        if name == throwable || parents[name] != nil { return name }
        return shortNames[name]
    }

    public static var known: [String] { Array(parents.keys) + [throwable] }

    private static let throwable = "java.lang.Throwable"

    private static let shortNames: [String: String] = {
        var names: [String: String] = [:]
        for name in known {
            guard let last = name.split(separator: ".").last else { continue }
            // java.lang wins where two classes share their last name.
            if names[String(last)] == nil || name.hasPrefix("java.lang.") {
                names[String(last)] = name
            }
        }
        return names
    }()
}

extension ExceptionName {
    /// Child to parent, from the public API of the JDK and of Camel.
    private static let parents: [String: String] = {
        var parents: [String: String] = [:]
        for (parent, children) in families {
            for child in children { parents[child] = parent }
        }
        return parents
    }()

    private static let families: [String: [String]] = [
        throwable: ["java.lang.Exception", "java.lang.Error"],
        "java.lang.Error": [
            "java.lang.AssertionError", "java.lang.LinkageError", "java.lang.VirtualMachineError",
        ],
        "java.lang.LinkageError": ["java.lang.NoClassDefFoundError"],
        "java.lang.VirtualMachineError": [
            "java.lang.OutOfMemoryError", "java.lang.StackOverflowError",
        ],
        "java.lang.Exception": [
            "java.lang.RuntimeException", "java.io.IOException", "java.lang.InterruptedException",
            "java.lang.CloneNotSupportedException", "java.lang.ReflectiveOperationException",
            "java.util.concurrent.TimeoutException", "java.util.concurrent.ExecutionException",
            "java.sql.SQLException", "java.security.GeneralSecurityException",
            "java.net.URISyntaxException", "java.text.ParseException", "javax.jms.JMSException",
            "javax.naming.NamingException", "javax.xml.transform.TransformerException",
            "javax.xml.xpath.XPathException", "javax.xml.bind.JAXBException",
            "jakarta.jms.JMSException", "org.xml.sax.SAXException",
            "org.apache.camel.CamelException", "crossdock.ConfigurationException",
            "crossdock.MappingException", "crossdock.DeliveryException",
            "crossdock.ModelException", "crossdock.StateException",
        ],
        "java.lang.ReflectiveOperationException": [
            "java.lang.ClassNotFoundException", "java.lang.NoSuchMethodException",
            "java.lang.NoSuchFieldException", "java.lang.InstantiationException",
            "java.lang.IllegalAccessException", "java.lang.reflect.InvocationTargetException",
        ],
        "java.lang.RuntimeException": [
            "java.lang.IllegalArgumentException", "java.lang.IllegalStateException",
            "java.lang.NullPointerException", "java.lang.ClassCastException",
            "java.lang.ArithmeticException", "java.lang.IndexOutOfBoundsException",
            "java.lang.UnsupportedOperationException", "java.lang.SecurityException",
            "java.lang.NegativeArraySizeException", "java.lang.ArrayStoreException",
            "java.util.NoSuchElementException", "java.util.ConcurrentModificationException",
            "java.util.EmptyStackException", "java.util.MissingResourceException",
            "java.util.concurrent.RejectedExecutionException",
            "java.util.concurrent.CompletionException", "java.io.UncheckedIOException",
            "java.time.DateTimeException", "org.apache.camel.RuntimeCamelException",
            "com.jayway.jsonpath.JsonPathException",
            "io.github.resilience4j.circuitbreaker.CallNotPermittedException",
            "io.github.resilience4j.bulkhead.BulkheadFullException",
        ],
        "com.jayway.jsonpath.JsonPathException": ["com.jayway.jsonpath.InvalidPathException"],
        "com.jayway.jsonpath.InvalidPathException": ["com.jayway.jsonpath.PathNotFoundException"],
        "java.time.DateTimeException": ["java.time.format.DateTimeParseException"],
        "java.lang.IllegalArgumentException": [
            "java.lang.NumberFormatException", "java.nio.file.InvalidPathException",
            "java.util.regex.PatternSyntaxException", "java.util.IllegalFormatException",
            "java.nio.charset.UnsupportedCharsetException",
            "org.apache.camel.FailedToStartRouteException",
        ],
        "java.lang.IllegalStateException": [
            "java.util.concurrent.CancellationException",
            "org.apache.camel.processor.ThrottlerRejectedExecutionException",
        ],
        "java.lang.IndexOutOfBoundsException": [
            "java.lang.ArrayIndexOutOfBoundsException",
            "java.lang.StringIndexOutOfBoundsException",
        ],
        "java.util.NoSuchElementException": ["java.util.InputMismatchException"],
        "java.io.IOException": [
            "java.io.FileNotFoundException", "java.io.EOFException",
            "java.io.UnsupportedEncodingException", "java.io.InterruptedIOException",
            "java.net.SocketException", "java.net.UnknownHostException",
            "java.net.MalformedURLException", "java.net.ProtocolException",
            "java.net.HttpRetryException", "java.nio.file.FileSystemException",
            "java.nio.charset.CharacterCodingException", "java.util.zip.ZipException",
            "javax.net.ssl.SSLException", "com.fasterxml.jackson.core.JsonProcessingException",
            "org.apache.http.client.ClientProtocolException",
        ],
        "java.io.InterruptedIOException": ["java.net.SocketTimeoutException"],
        "java.net.SocketException": [
            "java.net.ConnectException", "java.net.BindException",
            "java.net.NoRouteToHostException", "java.net.PortUnreachableException",
        ],
        "java.nio.file.FileSystemException": [
            "java.nio.file.NoSuchFileException", "java.nio.file.AccessDeniedException",
            "java.nio.file.FileAlreadyExistsException",
        ],
        "java.nio.charset.CharacterCodingException": [
            "java.nio.charset.MalformedInputException"
        ],
        "javax.net.ssl.SSLException": [
            "javax.net.ssl.SSLHandshakeException", "javax.net.ssl.SSLPeerUnverifiedException",
        ],
        "com.fasterxml.jackson.core.JsonProcessingException": [
            "com.fasterxml.jackson.core.JsonParseException",
            "com.fasterxml.jackson.databind.JsonMappingException",
        ],
        "java.sql.SQLException": [
            "java.sql.SQLNonTransientException", "java.sql.SQLTransientException",
            "java.sql.SQLRecoverableException", "java.sql.BatchUpdateException",
        ],
        "java.sql.SQLNonTransientException": [
            "java.sql.SQLIntegrityConstraintViolationException",
            "java.sql.SQLSyntaxErrorException", "java.sql.SQLDataException",
        ],
        "java.sql.SQLTransientException": ["java.sql.SQLTimeoutException"],
        "java.security.GeneralSecurityException": [
            "java.security.NoSuchAlgorithmException", "java.security.InvalidKeyException",
            "java.security.SignatureException",
        ],
        "javax.xml.xpath.XPathException": ["javax.xml.xpath.XPathExpressionException"],
        "org.xml.sax.SAXException": ["org.xml.sax.SAXParseException"],
        "org.apache.camel.CamelException": [
            "org.apache.camel.CamelExchangeException",
            "org.apache.camel.NoTypeConversionAvailableException",
            "org.apache.camel.StatefulServiceException", httpFailed,
            "org.apache.camel.component.bean.MethodNotFoundExceptionBase",
            "org.apache.camel.saga.CompensationException",
        ],
        "org.apache.camel.CamelExchangeException": [
            "org.apache.camel.InvalidPayloadException", "org.apache.camel.ValidationException",
            "org.apache.camel.ExchangeTimedOutException",
            "org.apache.camel.RollbackExchangeException",
            "org.apache.camel.NoSuchHeaderException", "org.apache.camel.NoSuchPropertyException",
            "org.apache.camel.NoSuchVariableException",
            "org.apache.camel.CamelAuthorizationException",
            "org.apache.camel.ClosedCorrelationKeyException",
            "org.apache.camel.component.direct.DirectConsumerNotAvailableException",
            "org.apache.camel.component.seda.SedaConsumerNotAvailableException",
            "org.apache.camel.component.bean.MethodNotFoundException",
            "org.apache.camel.component.file.GenericFileOperationFailedException",
        ],
        "org.apache.camel.ValidationException": [
            "org.apache.camel.support.processor.PredicateValidationException",
            "org.apache.camel.component.jsonvalidator.JsonValidationException",
            "org.apache.camel.component.json.validator.JsonValidationException",
            "org.apache.camel.support.processor.validation.SchemaValidationException",
            "org.apache.camel.processor.validation.SchemaValidationException",
        ],
        "org.apache.camel.RuntimeCamelException": [
            "org.apache.camel.CamelExecutionException",
            "org.apache.camel.ExpressionEvaluationException",
            "org.apache.camel.ExpressionIllegalSyntaxException",
            "org.apache.camel.TypeConversionException", "org.apache.camel.NoSuchBeanException",
            "org.apache.camel.NoSuchEndpointException", "org.apache.camel.NoSuchLanguageException",
            "org.apache.camel.ResolveEndpointFailedException",
            "org.apache.camel.FailedToCreateRouteException",
            "org.apache.camel.FailedToCreateConsumerException",
            "org.apache.camel.FailedToCreateProducerException",
            "org.apache.camel.RuntimeExchangeException",
            "org.apache.camel.RuntimeTransformException",
            "org.apache.camel.StringQuoteException",
            "org.apache.camel.component.bean.RuntimeBeanExpressionException",
            "org.apache.camel.language.bean.RuntimeBeanExpressionException",
        ],
        "org.apache.camel.ExpressionIllegalSyntaxException": [
            "org.apache.camel.language.simple.types.SimpleIllegalSyntaxException"
        ],
    ]
}
