/// The standard objects of an org, with the fields integrations use.
///
/// One line a field: name, type with its length, precision and scale or targets, flags, and after `=`
/// the values of a picklist. Flags: `required`; `ro` (only the system writes it); `insert` (settable
/// only at creation); `name` (the record's name); `lookup` (may address a record); `label:` with `_`
/// for spaces; `in:` the compound field; `rel:` the way to the referenced record; `child:` the way
/// back; `default:` the JSON value of a new record. Id, IsDeleted and the audit fields are added to
/// every object.
///
/// - Source: names, types and lengths as in the recorded `describe` of an org (Account) and in the
///   Object Reference for the Salesforce Platform (the others).
enum StandardObjects {
    static let text = """
        Account 001 Account Accounts
          MasterRecordId reference(Account) ro rel:MasterRecord
          Name string(255) required name label:Account_Name
          Type picklist(40) label:Account_Type = Prospect|Customer - Direct|Customer - Channel|Channel Partner / Reseller|Installation Partner|Technology Partner|Other
          ParentId reference(Account) rel:Parent child:ChildAccounts label:Parent_Account_ID
          BillingStreet textarea(255) in:BillingAddress
          BillingCity string(40) in:BillingAddress
          BillingState string(80) in:BillingAddress label:Billing_State/Province
          BillingPostalCode string(20) in:BillingAddress label:Billing_Zip/Postal_Code
          BillingCountry string(80) in:BillingAddress
          BillingLatitude double(18,15) in:BillingAddress
          BillingLongitude double(18,15) in:BillingAddress
          BillingGeocodeAccuracy picklist(40) in:BillingAddress restricted = Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown
          BillingAddress address ro
          ShippingStreet textarea(255) in:ShippingAddress
          ShippingCity string(40) in:ShippingAddress
          ShippingState string(80) in:ShippingAddress label:Shipping_State/Province
          ShippingPostalCode string(20) in:ShippingAddress label:Shipping_Zip/Postal_Code
          ShippingCountry string(80) in:ShippingAddress
          ShippingLatitude double(18,15) in:ShippingAddress
          ShippingLongitude double(18,15) in:ShippingAddress
          ShippingGeocodeAccuracy picklist(40) in:ShippingAddress restricted = Address|NearAddress|Block|Street|ExtendedZip|Zip|Neighborhood|City|County|State|Unknown
          ShippingAddress address ro
          Phone phone(40) label:Account_Phone
          Fax phone(40) label:Account_Fax
          AccountNumber string(40)
          Website url(255)
          PhotoUrl url(255) ro
          Sic string(20) label:SIC_Code
          Industry picklist(40) = Agriculture|Apparel|Banking|Biotechnology|Chemicals|Communications|Construction|Consulting|Education|Electronics|Energy|Engineering|Entertainment|Environmental|Finance|Food & Beverage|Government|Healthcare|Hospitality|Insurance|Machinery|Manufacturing|Media|Not For Profit|Recreation|Retail|Shipping|Technology|Telecommunications|Transportation|Utilities|Other
          AnnualRevenue currency(18,0)
          NumberOfEmployees int(8) label:Employees
          Ownership picklist(40) = Public|Private|Subsidiary|Other
          TickerSymbol string(20)
          Description textarea(32000) label:Account_Description
          Rating picklist(40) label:Account_Rating = Hot|Warm|Cold
          Site string(80) label:Account_Site
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          LastActivityDate date ro label:Last_Activity
          LastViewedDate datetime ro
          LastReferencedDate datetime ro
          Jigsaw string(20) label:Data.com_Key
          JigsawCompanyId string(20) ro
          CleanStatus picklist(40) restricted = Matched|Different|Acknowledged|NotFound|Inactive|Pending|SelectMatch|Skipped
          AccountSource picklist(40) = Web|Phone Inquiry|Partner Referral|Purchased List|Other
          DunsNumber string(9) label:D-U-N-S_Number
          Tradestyle string(255)
          NaicsCode string(8) label:NAICS_Code
          NaicsDesc string(120) label:NAICS_Description
          YearStarted string(4)
          SicDesc string(80) label:SIC_Description
        Contact 003 Contact Contacts
          MasterRecordId reference(Contact) ro rel:MasterRecord
          AccountId reference(Account) rel:Account child:Contacts label:Account_ID
          LastName string(80) required
          FirstName string(40)
          Salutation picklist(40) = Mr.|Ms.|Mrs.|Dr.|Prof.
          Name string(121) ro name label:Full_Name
          OtherStreet textarea(255) in:OtherAddress
          OtherCity string(40) in:OtherAddress
          OtherState string(80) in:OtherAddress
          OtherPostalCode string(20) in:OtherAddress
          OtherCountry string(80) in:OtherAddress
          OtherAddress address ro
          MailingStreet textarea(255) in:MailingAddress
          MailingCity string(40) in:MailingAddress
          MailingState string(80) in:MailingAddress
          MailingPostalCode string(20) in:MailingAddress
          MailingCountry string(80) in:MailingAddress
          MailingAddress address ro
          Phone phone(40) label:Business_Phone
          Fax phone(40) label:Business_Fax
          MobilePhone phone(40)
          HomePhone phone(40)
          OtherPhone phone(40)
          AssistantPhone phone(40)
          ReportsToId reference(Contact) rel:ReportsTo
          Email email(80) lookup
          Title string(128)
          Department string(80)
          AssistantName string(40)
          LeadSource picklist(40) = Web|Phone Inquiry|Partner Referral|Purchased List|Other
          Birthdate date
          Description textarea(32000) label:Contact_Description
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          HasOptedOutOfEmail boolean default:false label:Email_Opt_Out
          DoNotCall boolean default:false
          LastActivityDate date ro
          LastCURequestDate datetime ro
          LastCUUpdateDate datetime ro
          LastViewedDate datetime ro
          LastReferencedDate datetime ro
          EmailBouncedReason string(255)
          EmailBouncedDate datetime
          IsEmailBounced boolean ro default:false
          PhotoUrl url(255) ro
        Lead 00Q Lead Leads
          LastName string(80) required
          FirstName string(40)
          Salutation picklist(40) = Mr.|Ms.|Mrs.|Dr.|Prof.
          Name string(121) ro name label:Full_Name
          Title string(128)
          Company string(255) required
          Street textarea(255) in:Address
          City string(40) in:Address
          State string(80) in:Address
          PostalCode string(20) in:Address
          Country string(80) in:Address
          Address address ro
          Phone phone(40)
          MobilePhone phone(40)
          Email email(80) lookup
          Website url(255)
          Description textarea(32000)
          LeadSource picklist(40) = Web|Phone Inquiry|Partner Referral|Purchased List|Other
          Status picklist(40) default:"Open - Not Contacted" = Open - Not Contacted|Working - Contacted|Closed - Converted|Closed - Not Converted
          Industry picklist(40) = Agriculture|Banking|Communications|Energy|Finance|Healthcare|Manufacturing|Retail|Technology|Telecommunications|Other
          Rating picklist(40) = Hot|Warm|Cold
          AnnualRevenue currency(18,0)
          NumberOfEmployees int(8)
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          IsConverted boolean ro default:false
          ConvertedDate date ro
          ConvertedAccountId reference(Account) ro rel:ConvertedAccount
          ConvertedContactId reference(Contact) ro rel:ConvertedContact
        Opportunity 006 Opportunity Opportunities
          AccountId reference(Account) rel:Account child:Opportunities label:Account_ID
          Name string(120) required name
          Description textarea(32000)
          StageName picklist(40) required label:Stage = Prospecting|Qualification|Needs Analysis|Value Proposition|Id. Decision Makers|Perception Analysis|Proposal/Price Quote|Negotiation/Review|Closed Won|Closed Lost
          Amount currency(18,2)
          Probability percent(3,0) label:Probability_(%)
          ExpectedRevenue currency(18,2) ro label:Expected_Amount
          TotalOpportunityQuantity double(18,2) label:Quantity
          CloseDate date required
          Type picklist(40) label:Opportunity_Type = Existing Customer - Upgrade|Existing Customer - Replacement|Existing Customer - Downgrade|New Customer
          NextStep string(255)
          LeadSource picklist(40) = Web|Phone Inquiry|Partner Referral|Purchased List|Other
          IsClosed boolean ro default:false label:Closed
          IsWon boolean ro default:false label:Won
          ForecastCategory picklist(40) ro = Omitted|Pipeline|BestCase|Forecast|Closed
          ForecastCategoryName picklist(40) = Omitted|Pipeline|Best Case|Commit|Closed
          HasOpportunityLineItem boolean ro default:false
          Pricebook2Id reference(Pricebook2) rel:Pricebook2
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          LastActivityDate date ro
          FiscalQuarter int(9) ro
          FiscalYear int(9) ro
        OpportunityLineItem 00k Opportunity_Product Opportunity_Products
          OpportunityId reference(Opportunity) required insert rel:Opportunity child:OpportunityLineItems
          PricebookEntryId reference(PricebookEntry) insert rel:PricebookEntry
          Product2Id reference(Product2) insert rel:Product2
          ProductCode string(255) ro
          Name string(376) ro name
          Quantity double(12,2) required
          TotalPrice currency(18,2)
          UnitPrice currency(18,2)
          ListPrice currency(18,2) ro
          ServiceDate date
          Description string(255)
        Product2 01t Product Products
          Name string(255) required name label:Product_Name
          ProductCode string(255)
          Description textarea(4000)
          IsActive boolean default:false label:Active
          Family picklist(40) label:Product_Family = None
          ExternalDataSourceId reference(ExternalDataSource) ro
          ExternalId string(255)
          DisplayUrl url(1000)
          QuantityUnitOfMeasure picklist(40) = Each
          IsArchived boolean ro default:false
          StockKeepingUnit string(180) label:Product_SKU
        Pricebook2 01s Price_Book Price_Books
          Name string(255) required name
          IsActive boolean default:false
          IsStandard boolean ro default:false
          Description string(255)
        PricebookEntry 01u Price_Book_Entry Price_Book_Entries
          Name string(255) ro name
          Pricebook2Id reference(Pricebook2) required insert rel:Pricebook2 child:PricebookEntries
          Product2Id reference(Product2) required insert rel:Product2 child:PricebookEntries
          UnitPrice currency(18,2) required label:List_Price
          IsActive boolean default:false
          UseStandardPrice boolean default:false
          ProductCode string(255) ro
        Order 801 Order Orders
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          ContractId reference(Contract) rel:Contract child:Orders
          AccountId reference(Account) rel:Account child:Orders label:Account_ID
          Pricebook2Id reference(Pricebook2) rel:Pricebook2
          OriginalOrderId reference(Order) rel:OriginalOrder
          EffectiveDate date required label:Order_Start_Date
          EndDate date label:Order_End_Date
          IsReductionOrder boolean default:false
          Status picklist(40) required = Draft|Activated
          Description textarea(32000)
          CustomerAuthorizedById reference(Contact) rel:CustomerAuthorizedBy
          CustomerAuthorizedDate date
          Type picklist(40) label:Order_Type = New|Renewal
          BillingStreet textarea(255) in:BillingAddress
          BillingCity string(40) in:BillingAddress
          BillingState string(80) in:BillingAddress
          BillingPostalCode string(20) in:BillingAddress
          BillingCountry string(80) in:BillingAddress
          BillingAddress address ro
          ShippingStreet textarea(255) in:ShippingAddress
          ShippingCity string(40) in:ShippingAddress
          ShippingState string(80) in:ShippingAddress
          ShippingPostalCode string(20) in:ShippingAddress
          ShippingCountry string(80) in:ShippingAddress
          ShippingAddress address ro
          Name string(80) label:Order_Name
          PoDate date label:PO_Date
          PoNumber string(80) label:PO_Number
          OrderReferenceNumber string(80)
          BillToContactId reference(Contact) rel:BillToContact
          ShipToContactId reference(Contact) rel:ShipToContact
          ActivatedDate datetime ro
          ActivatedById reference(User) ro rel:ActivatedBy
          StatusCode picklist(40) ro = Draft|Activated|Canceled|Expired
          OrderNumber string(30) ro name auto
          TotalAmount currency(18,2) ro label:Order_Amount
        OrderItem 802 Order_Product Order_Products
          Product2Id reference(Product2) insert rel:Product2
          OrderId reference(Order) required insert rel:Order child:OrderItems
          PricebookEntryId reference(PricebookEntry) insert rel:PricebookEntry
          OriginalOrderItemId reference(OrderItem) insert rel:OriginalOrderItem
          Quantity double(18,2) required
          UnitPrice currency(18,2) required
          ListPrice currency(18,2) ro
          TotalPrice currency(18,2) ro
          ServiceDate date label:Start_Date
          EndDate date
          Description string(255) label:Line_Description
          OrderItemNumber string(30) ro name auto label:Order_Product_Number
        Contract 800 Contract Contracts
          AccountId reference(Account) required rel:Account child:Contracts label:Account_ID
          Pricebook2Id reference(Pricebook2) rel:Pricebook2
          StartDate date label:Contract_Start_Date
          EndDate date ro label:Contract_End_Date
          ContractTerm int(4)
          OwnerId reference(User) owner rel:Owner label:Owner_ID
          Status picklist(40) default:"Draft" = In Approval Process|Activated|Draft
          Description textarea(32000)
          ContractNumber string(30) ro name auto
        Case 500 Case Cases
          CaseNumber string(30) ro name auto
          ContactId reference(Contact) rel:Contact child:Cases
          AccountId reference(Account) rel:Account child:Cases
          ParentId reference(Case) rel:Parent child:Cases
          SuppliedName string(80)
          SuppliedEmail email(80)
          Type picklist(40) label:Case_Type = Mechanical|Electrical|Electronic|Structural|Other
          Status picklist(40) default:"New" = New|Working|Escalated|Closed
          Reason picklist(40) label:Case_Reason = Installation|Equipment Complexity|Performance|Breakdown|Feedback|Other
          Origin picklist(40) label:Case_Origin = Phone|Email|Web
          Subject string(255)
          Priority picklist(40) default:"Medium" = High|Medium|Low
          Description textarea(32000)
          IsClosed boolean ro default:false
          ClosedDate datetime ro
          OwnerId reference(User) owner rel:Owner label:Owner_ID
        Task 00T Task Tasks
          WhoId reference(Contact,Lead) rel:Who
          WhatId reference(Account,Opportunity,Order,Case,Contract) rel:What
          Subject combobox(255) = Call|Email|Send Letter|Send Quote|Other
          ActivityDate date label:Due_Date_Only
          Status picklist(40) default:"Not Started" = Not Started|In Progress|Completed|Waiting on someone else|Deferred
          Priority picklist(40) default:"Normal" = High|Normal|Low
          OwnerId reference(User) owner rel:Owner
          Description textarea(32000)
          IsClosed boolean ro default:false
          AccountId reference(Account) ro rel:Account child:Tasks
        User 005 User Users
          Username string(80) required lookup
          LastName string(80) required
          FirstName string(40)
          Name string(121) ro name label:Full_Name
          CompanyName string(80)
          Email email(128) required
          Alias string(8) required
          IsActive boolean default:true label:Active
          TimeZoneSidKey picklist(40) = UTC|Europe/Berlin|America/Los_Angeles
          LocaleSidKey picklist(40) = en_US|de_DE
          LanguageLocaleKey picklist(40) = en_US|de
          EmailEncodingKey picklist(40) = UTF-8|ISO-8859-1
          UserType picklist(40) ro = Standard
          FederationIdentifier string(512)
        Organization 00D Organization Organizations
          Name string(80) required name
          Country string(80) in:Address
          Address address ro
          PrimaryContact string(80)
          DefaultLocaleSidKey picklist(40) = en_US|de_DE
          LanguageLocaleKey picklist(40) = en_US|de
          OrganizationType picklist(40) ro = Developer Edition|Enterprise Edition
          IsSandbox boolean ro default:true
          InstanceName string(5) ro
          NamespacePrefix string(15) ro
        """
}
