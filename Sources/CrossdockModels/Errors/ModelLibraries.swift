/// The libraries that are loaded at first use, for those who want to know before.
public enum ModelLibraries {
    /// The version of XGBoost.
    ///
    /// - Throws: CD5102 when it cannot be loaded.
    public static func xgboostVersion() throws(ModelError) -> String {
        try XGBoostLibrary.versionText()
    }

    /// The version of ONNX Runtime.
    ///
    /// - Throws: CD5104 when it cannot be loaded.
    public static func onnxRuntimeVersion() throws(ModelError) -> String {
        try ONNXRuntime.environment().version
    }
}
