internal import CrossdockData

/// The answers of `/sobjects`, `/sobjects/X` and `/sobjects/X/describe`.
///
/// - Source: the recorded describes of an org; members in the order of the recordings.
struct Describe {
    let schema: SalesforceSchema
    /// `/services/data/v59.0`.
    let root: String

    func global(_ objects: [SObjectType]) -> Value {
        [
            "encoding": "UTF-8", "maxBatchSize": 200,
            "sobjects": .array(objects.map { .object(summary(of: $0)) }),
        ]
    }

    /// `/sobjects/X`: the summary and what was used last.
    func basic(_ object: SObjectType) -> Value {
        ["objectDescribe": .object(summary(of: object)), "recentItems": []]
    }

    func object(_ object: SObjectType) -> Value {
        var value = ValueObject()
        value["actionOverrides"] = []
        value["activateable"] = false
        value["childRelationships"] = .array(children(of: object))
        for (key, member) in summary(of: object) where key != "urls" { value[key] = member }
        value["fields"] = .array(object.fields.map { .object(field($0)) })
        value["listviewable"] = .null
        value["lookupLayoutable"] = .null
        value["compactLayoutable"] = true
        value["searchLayoutable"] = true
        value["namedLayoutInfos"] = []
        value["networkScopeFieldName"] = .null
        value["recordTypeInfos"] = [
            [
                "active": true, "available": true, "defaultRecordTypeMapping": true,
                "developerName": "Master", "master": true, "name": "Master",
                "recordTypeId": "012000000000000AAA",
                "urls": ["layout": .string("\(url(object))/describe/layouts/012000000000000AAA")],
            ]
        ]
        value["supportedScopes"] = [
            ["label": .string("All \(object.labelPlural.lowercased())"), "name": "everything"],
            ["label": .string("My \(object.labelPlural.lowercased())"), "name": "mine"],
        ]
        value["urls"] = urls(of: object)
        return .object(value)
    }

    private func url(_ object: SObjectType) -> String { "\(root)/sobjects/\(object.name)" }

    private func urls(of object: SObjectType) -> Value {
        let url = url(object)
        return [
            "compactLayouts": .string("\(url)/describe/compactLayouts"),
            "rowTemplate": .string("\(url)/{ID}"),
            "approvalLayouts": .string("\(url)/describe/approvalLayouts"),
            "listviews": .string("\(url)/listviews"), "describe": .string("\(url)/describe"),
            "quickActions": .string("\(url)/quickActions"),
            "layouts": .string("\(url)/describe/layouts"), "sobject": .string(url),
        ]
    }

    private func summary(of object: SObjectType) -> ValueObject {
        let isFixed = object.name == "User" || object.name == "Organization"
        var value = ValueObject()
        value["activateable"] = false
        value["associateEntityType"] = .null
        value["associateParentEntity"] = .null
        value["createable"] = .bool(!isFixed)
        value["custom"] = .bool(object.isCustom)
        value["customSetting"] = false
        value["deepCloneable"] = false
        value["deletable"] = .bool(!isFixed)
        value["deprecatedAndHidden"] = false
        value["feedEnabled"] = .bool(!isFixed)
        value["hasSubtypes"] = false
        value["isInterface"] = false
        value["isSubtype"] = false
        value["keyPrefix"] = .string(object.keyPrefix)
        value["label"] = .string(object.label)
        value["labelPlural"] = .string(object.labelPlural)
        value["layoutable"] = true
        value["mergeable"] = .bool(["Account", "Contact", "Lead"].contains(object.name))
        value["mruEnabled"] = true
        value["name"] = .string(object.name)
        value["queryable"] = true
        value["replicateable"] = true
        value["retrieveable"] = true
        value["searchable"] = true
        value["triggerable"] = true
        value["undeletable"] = .bool(!isFixed)
        value["updateable"] = .bool(!isFixed)
        value["urls"] = urls(of: object)
        return value
    }

    private func children(of object: SObjectType) -> [Value] {
        schema.all.flatMap { child in
            child.fields.filter { $0.referenceTo.contains(object.name) && !$0.isSystem }.map {
                field -> Value in
                [
                    "cascadeDelete": false, "childSObject": .string(child.name),
                    "deprecatedAndHidden": false, "field": .string(field.name),
                    "junctionIdListNames": [], "junctionReferenceTo": [],
                    "relationshipName": field.childRelationshipName.map { .string($0) } ?? .null,
                    "restrictedDelete": false,
                ]
            }
        }
    }

    private func field(_ field: SObjectField) -> ValueObject {
        let isPlain = field.kind != .address && field.kind != .base64
        let isEntry = field.isCreateable || field.isUpdateable
        var value = ValueObject()
        value["aggregatable"] = .bool(field.isFilterable && field.kind != .boolean)
        value["aiPredictionField"] = false
        value["autoNumber"] = .bool(field.defaultValue == "auto")
        value["byteLength"] = .integer(field.kind.isText ? field.length * 3 : field.length)
        value["calculated"] = .bool(field.isCalculated)
        value["calculatedFormula"] = .null
        value["cascadeDelete"] = false
        value["caseSensitive"] = false
        value["compoundFieldName"] = field.compound.map { .string($0) } ?? .null
        value["controllerName"] = .null
        value["createable"] = .bool(field.isCreateable)
        value["custom"] = .bool(field.isCustom)
        value["defaultValue"] = initial(field)
        value["defaultValueFormula"] = .null
        value["defaultedOnCreate"] = .bool(isDefaulted(field))
        value["dependentPicklist"] = false
        value["deprecatedAndHidden"] = false
        value["digits"] = .integer(field.kind == .int ? field.precision : 0)
        value["displayLocationInDecimal"] = false
        value["encrypted"] = false
        value["externalId"] = .bool(field.isExternalId)
        value["extraTypeInfo"] = field.kind == .textarea ? "plaintextarea" : .null
        value["filterable"] = .bool(field.isFilterable)
        value["filteredLookupInfo"] = .null
        value["formulaTreatNullNumberAsZero"] = false
        value["groupable"] = .bool(field.isGroupable)
        value["highScaleNumber"] = false
        value["htmlFormatted"] = false
        value["idLookup"] = .bool(field.isIdLookup)
        value["inlineHelpText"] = .null
        value["label"] = .string(field.label)
        value["length"] = .integer(field.length)
        value["mask"] = .null
        value["maskType"] = .null
        value["name"] = .string(field.name)
        value["nameField"] = .bool(field.isNameField)
        value["namePointing"] = .bool(field.referenceTo.count > 1)
        value["nillable"] = .bool(field.isNillable)
        value["permissionable"] = .bool(isEntry && field.isNillable)
        value["picklistValues"] = .array(field.picklist.map { picklistValue($0, of: field) })
        value["polymorphicForeignKey"] = .bool(field.referenceTo.count > 1)
        value["precision"] = .integer(field.kind == .int ? 0 : field.precision)
        value["queryByDistance"] = .bool(!isPlain)
        value["referenceTargetField"] = .null
        value["referenceTo"] = .array(field.referenceTo.map { .string($0) })
        value["relationshipName"] = field.relationshipName.map { .string($0) } ?? .null
        value["relationshipOrder"] = .null
        value["restrictedDelete"] = false
        value["restrictedPicklist"] = .bool(field.isRestricted)
        value["scale"] = .integer(field.scale)
        value["searchPrefilterable"] = .bool(field.kind == .reference)
        value["soapType"] = .string(field.kind.soapType)
        value["sortable"] = .bool(field.isSortable)
        value["type"] = .string(field.kind.rawValue)
        value["unique"] = .bool(field.isUnique)
        value["updateable"] = .bool(field.isUpdateable)
        value["writeRequiresMasterRead"] = false
        return value
    }

    private func isDefaulted(_ field: SObjectField) -> Bool {
        field.isSystem || field.defaultValue != nil || field.kind == .boolean
    }

    private func initial(_ field: SObjectField) -> Value {
        guard let text = field.defaultValue, text != "owner", text != "auto" else {
            return field.kind == .boolean ? false : .null
        }
        return (try? Value(json: text)) ?? .null
    }

    private func picklistValue(_ value: String, of field: SObjectField) -> Value {
        [
            "active": true, "defaultValue": .bool(field.defaultValue == "\"\(value)\""),
            "label": .string(value), "validFor": .null, "value": .string(value),
        ]
    }
}
