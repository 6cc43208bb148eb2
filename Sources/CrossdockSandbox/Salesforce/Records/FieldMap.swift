internal import CrossdockData

/// A record's fields while it is being put together: names with JSON text, in order.
struct FieldMap {
    private var entries: [(name: String, json: [UInt8])] = []

    init() {}

    init(_ record: StoredRecord?) {
        guard let root = record?.document?.root else { return }
        for (name, value) in root.members { entries.append((name, Array(value.source))) }
    }

    /// nil stands for null.
    subscript(name: String) -> [UInt8]? {
        get { entries.first { $0.name == name }?.json }
        set {
            let place = entries.firstIndex { $0.name == name }
            switch (place, newValue) {
            case (let place?, let json?): entries[place].json = json
            case (let place?, nil): entries.remove(at: place)
            case (nil, let json?): entries.append((name, json))
            case (nil, nil): break
            }
        }
    }

    /// A field's text; nil for null.
    func text(_ name: String) -> String? {
        self[name].flatMap { try? JSONDocument($0) }?.root.scalarText
    }

    mutating func set(_ name: String, text: String?) {
        self[name] = text.map { text in
            var json: [UInt8] = []
            JSONEscapes.write(text.utf8, to: &json)
            return json
        }
    }

    /// A JSON object in one line.
    var json: [UInt8] {
        var line = JSONLine()
        for entry in entries { line.add(entry.name, json: entry.json) }
        return line.object()
    }
}
