public import CrossdockCore

/// The languages of this module.
public enum ExpressionLanguages {
    public static let all: [any Language] = [
        SimpleLanguage(), CsimpleLanguage(), ConstantLanguage(), HeaderLanguage(),
        ExchangePropertyLanguage(), VariableLanguage(), RefLanguage(), JSONPathLanguage(),
        XPathLanguage(), TokenizeLanguage(), XTokenizeLanguage(),
    ]
}
