internal import CrossdockSettings

/// Options that Camel has for every endpoint and that mean nothing here.
///
/// Read first, so that routes written for Camel load; each endpoint then reads its own.
struct CommonOptions: Settings {
    @Setting("Accepted for Camel's sake.")
    var bridgeErrorHandler: String?
    @Setting("Accepted for Camel's sake.")
    var exceptionHandler: String?
    @Setting("InOnly or InOut for what is received.")
    var exchangePattern: PatternChoice?
    @Setting("Accepted for Camel's sake.")
    var lazyStartProducer: String?
    @Setting("Accepted for Camel's sake.")
    var synchronous: String?
    @Setting("Accepted for Camel's sake.")
    var autowiredEnabled: String?

    init() {}
}
