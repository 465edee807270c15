namespace Kube1.Tests.Registry;

/// <summary>Groups networking, discovery and storage: what is wrong with objects, in upstream's paths and words.</summary>
[FixtureLifeCycle(LifeCycle.SingleInstance)]
public sealed class NetworkStorageValidationTests
{
    private const string Http = "{\"spec\":{\"rules\":[{\"http\":{\"paths\":[";

    private const string Service = "\"service\":{\"name\":\"s\",\"port\":{\"number\":80}}";

    private const string Subdomain =
        "a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end "
        + "with an alphanumeric character (e.g. 'example.com', regex used for validation is "
        + "'[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')";

    private RegistryServer _server = null!;

    [OneTimeSetUp]
    public async Task StartAsync() => _server = await RegistryServer.StartAsync();

    [OneTimeTearDown]
    public async Task StopAsync() => await _server.DisposeAsync();

    [TestCase("""{"spec":{"defaultBackend":null}}""",
        "spec: Invalid value: null: either `defaultBackend` or `rules` must be specified")]
    [TestCase("""{"spec":{"defaultBackend":{"service":null}}}""",
        "spec.defaultBackend: Invalid value: \"\": resource or service backend is required")]
    [TestCase("""{"spec":{"defaultBackend":{"resource":{"kind":"K","name":"n"}}}}""",
        "spec.defaultBackend: Invalid value: \"\": cannot set both resource and service backends")]
    [TestCase("""{"spec":{"defaultBackend":{"service":null,"resource":{"apiGroup":"A","kind":"","name":"a/b"}}}}""",
        "spec.defaultBackend.resource.apiGroup: Invalid value: \"A\": " + Subdomain,
        "spec.defaultBackend.resource.kind: Required value",
        "spec.defaultBackend.resource.name: Invalid value: \"a/b\": may not contain '/'")]
    [TestCase("""{"spec":{"defaultBackend":{"service":{"port":{"name":"p"}}}}}""",
        "spec.defaultBackend: Invalid value: \"\": cannot set both port name & port number")]
    [TestCase("""{"spec":{"defaultBackend":{"service":{"port":null}}}}""",
        "spec.defaultBackend: Required value: port name or number is required")]
    [TestCase("""{"spec":{"rules":[{"host":"1.2.3.4"}]}}""",
        "spec.rules[0].host: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address")]
    [TestCase("""{"spec":{"rules":[{"http":{"paths":[]}}]}}""", "spec.rules[0].http.paths: Required value")]
    [TestCase(Http + "{\"path\":\"/a\",\"backend\":{" + Service + "}}]}}]}}",
        "spec.rules[0].http.paths[0].pathType: Required value: pathType must be specified")]
    [TestCase(Http + "{\"path\":\"/a\",\"pathType\":\"Regex\",\"backend\":{" + Service + "}}]}}]}}",
        "spec.rules[0].http.paths[0].pathType: Unsupported value: \"Regex\": supported values: \"Exact\", "
        + "\"ImplementationSpecific\", \"Prefix\"")]
    [TestCase(Http + "{\"path\":\"a//b/..\",\"pathType\":\"Exact\",\"backend\":{" + Service + "}}]}}]}}",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/..\": must be an absolute path",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/..\": must not contain '//'",
        "spec.rules[0].http.paths[0].path: Invalid value: \"a//b/..\": cannot end with '/..'")]
    [TestCase("""{"spec":{"tls":[{"hosts":["*"],"secretName":"S"}]}}""",
        "spec.tls[0].hosts[0]: Invalid value: \"*\": a wildcard DNS-1123 subdomain must start with '*.', followed by a valid "
        + "DNS subdomain, which must consist of lower case alphanumeric characters, '-' or '.' and end with an alphanumeric "
        + "character (e.g. '*.example.com', regex used for validation is "
        + "'\\*\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')",
        "spec.tls[0].secretName: Invalid value: \"S\": " + Subdomain)]
    [TestCase("""{"metadata":{"annotations":{"kubernetes.io/ingress.class":"a"}},"spec":{"ingressClassName":"b"}}""",
        "annotations.kubernetes.io/ingress.class: Invalid value: \"a\": must match `ingressClassName` when both are specified")]
    public async Task Create_Ingress_Causes(string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync("ingresses", patch), Is.EqualTo(causes));

    [TestCase("ingressclasses", """{"spec":{"controller":""}}""", "spec.controller: Required value")]
    [TestCase("ingressclasses", """{"spec":{"controller":"A/b c"}}""",
        "spec.controller: Invalid value: \"A\": " + Subdomain,
        "spec.controller: Invalid value: \"b c\": Invalid path (regex used for validation is "
        + "'[A-Za-z0-9/\\-._~%!$&'()*+,;=:]+')")]
    [TestCase("ingressclasses", """{"spec":{"parameters":{"kind":"K","name":"n","scope":"Namespace"}}}""",
        "spec.parameters.namespace: Required value: `parameters.scope` is set to 'Namespace'")]
    [TestCase("ingressclasses", """{"spec":{"parameters":{"kind":"K","name":"n","namespace":"x"}}}""",
        "spec.parameters.namespace: Forbidden: `parameters.scope` is set to 'Cluster'")]
    [TestCase("ingressclasses", """{"spec":{"parameters":{"kind":"","name":"","scope":"World"}}}""",
        "spec.parameters.kind: Required value", "spec.parameters.name: Required value",
        "spec.parameters.scope: Unsupported value: \"World\": supported values: \"Cluster\", \"Namespace\"")]
    [TestCase("networkpolicies", """{"spec":{"policyTypes":["Both"]}}""",
        "spec.policyTypes[0]: Unsupported value: \"Both\": supported values: \"Ingress\", \"Egress\"")]
    [TestCase("networkpolicies", """
        {"spec":{"ingress":[{"ports":[{"port":9,"endPort":8},{"port":"a","endPort":1},{"endPort":1},
        {"port":0,"protocol":"ICMP"}]}]}}
        """,
        "spec.ingress[0].ports[0].endPort: Invalid value: 9: must be greater than or equal to `port`",
        "spec.ingress[0].ports[1].endPort: Invalid value: 1: may not be specified when `port` is non-numeric",
        "spec.ingress[0].ports[2].endPort: Invalid value: 1: may not be specified when `port` is not specified",
        "spec.ingress[0].ports[3].protocol: Unsupported value: \"ICMP\": supported values: \"TCP\", \"UDP\", \"SCTP\"",
        "spec.ingress[0].ports[3].port: Invalid value: 0: must be between 1 and 65535, inclusive")]
    [TestCase("networkpolicies", """
        {"spec":{"ingress":[{"from":[{"ipBlock":{"cidr":"10.0.0.1/24","except":["10.0.0.032/28","10.0.0.33/28"]}},
        {"ipBlock":{"cidr":"::ffff:10.0.0.0/104"}}]}]}}
        """,
        "spec.ingress[0].from[0].ipBlock.cidr: Invalid value: \"10.0.0.1/24\": must not have bits set beyond the prefix length",
        "spec.ingress[0].from[0].ipBlock.except[0]: Invalid value: \"10.0.0.032/28\": must not have leading 0s in IP or prefix "
        + "length",
        "spec.ingress[0].from[0].ipBlock.except[1]: Invalid value: \"10.0.0.33/28\": must not have bits set beyond the prefix "
        + "length",
        "spec.ingress[0].from[1].ipBlock.cidr: Invalid value: \"::ffff:10.0.0.0/104\": must not have an IPv4-mapped IPv6 address")]
    [TestCase("networkpolicies", """
        {"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"10.0.0.0/8","except":["10.0.0.0/7","x"]},
        "podSelector":{}},{"ipBlock":{"cidr":""}}]}]}}
        """,
        "spec.egress[0].to[0].ipBlock.except[0]: Invalid value: \"10.0.0.0/7\": must be a strict subset of `cidr`",
        "spec.egress[0].to[0].ipBlock.except[1]: Invalid value: \"x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or "
        + "2001:db8::/64)",
        "spec.egress[0].to[0]: Forbidden: may not specify both ipBlock and another peer",
        "spec.egress[0].to[1].ipBlock.cidr: Required value")]
    [TestCase("ipaddresses", """{"metadata":{"name":"2001:DB8::1"}}""",
        "metadata.name: Invalid value: \"2001:DB8::1\": must be in canonical form (\"2001:db8::1\")")]
    [TestCase("ipaddresses", """{"spec":null}""", "spec.parentRef: Required value")]
    [TestCase("ipaddresses", """{"spec":{"parentRef":{"resource":"","name":"a/b"}}}""",
        "spec.parentRef.resource: Required value", "spec.parentRef.name: Invalid value: \"a/b\": may not contain '/'")]
    [TestCase("servicecidrs", """{"spec":{"cidrs":[]}}""", "spec.cidrs: Required value: at least one CIDR required")]
    [TestCase("servicecidrs", """{"spec":{"cidrs":["10.0.0.1/24"]}}""",
        "spec.cidrs[0]: Invalid value: \"10.0.0.1/24\": must not have bits set beyond the prefix length")]
    [TestCase("servicecidrs", """{"spec":{"cidrs":["2001:DB8::/64"]}}""",
        "spec.cidrs[0]: Invalid value: \"2001:DB8::/64\": must be in canonical form (\"2001:db8::/64\")")]
    [TestCase("servicecidrs", """{"spec":{"cidrs":["10.0.0.0/x"]}}""",
        "spec.cidrs[0]: Invalid value: \"10.0.0.0/x\": must be a valid CIDR value, (e.g. 10.9.8.0/24 or 2001:db8::/64)")]
    [TestCase("servicecidrs", """{"spec":{"cidrs":["10.0.0.0/24","10.0.1.0/24"]}}""",
        "spec.cidrs: Invalid value: [\"10.0.0.0/24\",\"10.0.1.0/24\"]: may specify no more than one IP for each IP "
        + "family, i.e 192.168.0.0/24 and 2001:db8::/64")]
    [TestCase("endpointslices", """{"addressType":"IPX"}""",
        "addressType: Unsupported value: \"IPX\": supported values: \"FQDN\", \"IPv4\", \"IPv6\"")]
    [TestCase("endpointslices", """{"endpoints":[{"addresses":["::1"]},{"addresses":["127.0.0.1"],"hostname":"A"}]}""",
        "endpoints[0].addresses[0]: Invalid value: \"::1\": must be an IPv4 address",
        "endpoints[1].addresses[0]: Invalid value: \"127.0.0.1\": may not be in the loopback range (127.0.0.0/8, ::1/128)",
        "endpoints[1].hostname: Invalid value: \"A\": a lowercase RFC 1123 label must consist of lower case alphanumeric "
        + "characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used "
        + "for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')")]
    [TestCase("endpointslices", """
        {"addressType":"FQDN","endpoints":[{"addresses":["localhost"],"hints":{"forZones":[{"name":"z"},
        {"name":"z"}]}}]}
        """,
        "endpoints[0].addresses[0]: Invalid value: \"localhost\": should be a domain with at least two segments separated by "
        + "dots",
        "endpoints[0].hints.forZones[1].name: Duplicate value: \"z\"")]
    [TestCase("endpointslices", """{"ports":[{"name":"a","port":1},{"name":"a","port":2,"protocol":"X","appProtocol":"a b/c/d"}]}""",
        "ports[1].name: Duplicate value: \"a\"",
        "ports[1].protocol: Unsupported value: \"X\": supported values: \"SCTP\", \"TCP\", \"UDP\"",
        "ports[1].appProtocol: Invalid value: \"a b/c/d\": a valid qualified name must consist of alphanumeric characters, '-', "
        + "'_' or '.', and must start and end with an alphanumeric character (e.g. 'MyName',  or 'my.name',  or '123-abc', "
        + "regex used for validation is '([A-Za-z0-9][-A-Za-z0-9_.]*)?[A-Za-z0-9]') with an optional DNS subdomain prefix and "
        + "'/' (e.g. 'example.com/MyName')")]
    public async Task Create_Network_Causes(string resource, string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync(resource, patch), Is.EqualTo(causes));

    [TestCase("storageclasses", """{"provisioner":"","reclaimPolicy":"Recycle","volumeBindingMode":"Later"}""",
        "provisioner: Required value",
        "reclaimPolicy: Unsupported value: \"Recycle\": supported values: \"Delete\", \"Retain\"",
        "volumeBindingMode: Unsupported value: \"Later\": supported values: \"Immediate\", \"WaitForFirstConsumer\"")]
    [TestCase("storageclasses", """{"parameters":{"":"x"}}""", "parameters: Invalid value: \"\": field can not be empty.")]
    [TestCase("storageclasses", """
        {"allowedTopologies":[{"matchLabelExpressions":[{"key":"a","values":[]},{"key":"a",
        "values":["x","x"]}]},{"matchLabelExpressions":[{"key":"b","values":["y"]}]},{"matchLabelExpressions":[{"key":"b",
        "values":["y"]}]}]}
        """,
        "allowedTopologies[0].matchLabelExpressions[0].values: Required value",
        "allowedTopologies[0].matchLabelExpressions[1].values[1]: Duplicate value: \"x\"",
        "allowedTopologies[0].matchLabelExpressions[1].key: Duplicate value: \"a\"",
        "allowedTopologies[2].matchLabelExpressions: Duplicate value: \"\"")]
    [TestCase("volumeattributesclasses", """{"driverName":"","parameters":null}""", "driverName: Required value",
        "parameters: Required value: must contain at least one key/value pair")]
    [TestCase("csidrivers", """
        {"spec":{"fsGroupPolicy":"Maybe","volumeLifecycleModes":["Brief"],"tokenRequests":[
        {"audience":"a","expirationSeconds":1},{"audience":"a"}]}}
        """,
        "spec.fsGroupPolicy: Unsupported value: \"Maybe\": supported values: \"File\", \"None\", \"ReadWriteOnceWithFSType\"",
        "spec.tokenRequests[0].expirationSeconds: Invalid value: 1: may not specify a duration less than 10 minutes",
        "spec.tokenRequests[1].audience: Duplicate value: \"a\"",
        "spec.volumeLifecycleModes: Unsupported value: \"Brief\": supported values: \"Persistent\", \"Ephemeral\"")]
    [TestCase("csinodes", """
        {"spec":{"drivers":[{"name":"d.example.com","nodeID":"","allocatable":{"count":-1}},
        {"name":"d.example.com","nodeID":"n","topologyKeys":["a","a"]}]}}
        """,
        "spec.drivers[0].nodeID: Required value",
        "spec.drivers[0].allocatable.count: Invalid value: -1: must be greater than or equal to 0",
        "spec.drivers[1].name: Duplicate value: \"d.example.com\"", "spec.drivers[1].topologyKeys: Duplicate value: \"a\"")]
    [TestCase("csistoragecapacities", """{"storageClassName":"A","capacity":"-1"}""",
        "storageClassName: Invalid value: \"A\": " + Subdomain,
        "capacity: Invalid value: \"-1\": must be greater than or equal to 0")]
    [TestCase("volumeattachments", """{"spec":{"source":{"persistentVolumeName":null}}}""",
        "spec.source: Required value: must specify exactly one of inlineVolumeSpec and persistentVolumeName")]
    public async Task Create_Storage_Causes(string resource, string patch, params string[] causes) =>
        Assert.That(await _server.CreateAsync(resource, patch), Is.EqualTo(causes));

    [TestCase("ingressclasses", "{}", """{"spec":{"controller":"example.com/other"}}""",
        "spec.controller: Invalid value: \"example.com/other\": field is immutable")]
    [TestCase("endpointslices", "{}", """{"addressType":"IPv6"}""", "addressType: Invalid value: \"IPv6\": field is immutable")]
    [TestCase("servicecidrs", "{}", """{"spec":{"cidrs":["192.0.2.0/24","2001:db8::/112"]}}""")]
    [TestCase("servicecidrs", "{}", """{"spec":{"cidrs":["198.51.100.0/24"]}}""",
        "spec.cidrs[0]: Invalid value: \"198.51.100.0/24\": field is immutable")]
    [TestCase("ipaddresses", "{}", """{"spec":{"parentRef":{"name":"t"}}}""",
        "spec.parentRef: Invalid value: {\"resource\":\"services\",\"namespace\":\"default\",\"name\":\"t\"}: field is immutable")]
    [TestCase("storageclasses", "{}", """{"reclaimPolicy":"Retain","volumeBindingMode":"WaitForFirstConsumer","parameters":{"a":"b"}}""",
        "parameters: Forbidden: updates to parameters are forbidden.",
        "reclaimPolicy: Forbidden: updates to reclaimPolicy are forbidden.",
        "volumeBindingMode: Invalid value: \"WaitForFirstConsumer\": field is immutable")]
    [TestCase("volumeattributesclasses", "{}", """{"parameters":{"a":"c"}}""",
        "parameters: Forbidden: updates to parameters are forbidden.")]
    [TestCase("csidrivers", "{}", """{"spec":{"attachRequired":false,"fsGroupPolicy":"None"}}""",
        "spec.attachedRequired: Invalid value: false: field is immutable")]
    [TestCase("csistoragecapacities", "{}", """{"storageClassName":"t"}""",
        "storageClassName: Invalid value: \"t\": field is immutable")]
    [TestCase("volumeattachments", "{}", """{"spec":{"nodeName":"m"}}""",
        "spec: Invalid value: {\"attacher\":\"example.com\",\"nodeName\":\"m\",\"source\":{\"persistentVolumeName\":\"v\"}}: "
        + "field is immutable")]
    public async Task Update_Kept_Causes(string resource, string stored, string change, params string[] causes) =>
        Assert.That(await _server.UpdateAsync(resource, stored, change), Is.EqualTo(causes));

    [Test]
    public async Task UpdateStatus_IngressAddress_Causes() => Assert.That(
        await _server.UpdateAsync(
            "ingresses", "{}", """{"status":{"loadBalancer":{"ingress":[{"ip":"x"},{"hostname":"1.2.3.4"}]}}}""", "status"),
        Is.EqualTo(new[]
        {
            "status.loadBalancer.ingress[0].ip: Invalid value: \"x\": must be a valid IP address, (e.g. 10.9.8.7 or "
            + "2001:db8::ffff)",
            "status.loadBalancer.ingress[1].hostname: Invalid value: \"1.2.3.4\": must be a DNS name, not an IP address",
        }));

    [TestCase("ingresses", """{"metadata":{"annotations":{"kubernetes.io/ingress.class":"a"}}}""",
        "299 - \"annotation \\\"kubernetes.io/ingress.class\\\" is deprecated, please use 'spec.ingressClassName' instead\"")]
    [TestCase("networkpolicies", """{"spec":{"egress":[{"to":[{"ipBlock":{"cidr":"2001:DB8::/64"}}]}]}}""",
        "299 - \"spec.egress[0].to[0].ipBlock.cidr: IPv6 CIDR value \\\"2001:DB8::/64\\\" should be in RFC 5952 canonical "
        + "format (\\\"2001:db8::/64\\\")\"")]
    [TestCase("endpointslices", """{"addressType":"FQDN"}""", "299 - \"spec.addressType: FQDN endpoints are deprecated\"")]
    [TestCase("endpointslices",
        """{"addressType":"IPv6","endpoints":[{"addresses":["2001:DB8::1"]}]}""",
        "299 - \"endpoints[0].addresses[0]: IPv6 address \\\"2001:DB8::1\\\" should be in RFC 5952 canonical format "
        + "(\\\"2001:db8::1\\\")\"")]
    [TestCase("storageclasses",
        """{"allowedTopologies":[{"matchLabelExpressions":[{"key":"beta.kubernetes.io/os","values":["linux"]}]}]}""",
        "299 - \"allowedTopologies[0].matchLabelExpressions[0].key: deprecated since v1.14; use \\\"kubernetes.io/os\\\" "
        + "instead\"")]
    [TestCase("csistoragecapacities", """{"nodeTopology":{"matchLabels":{"app.kubernetes.io/created-by":"a"}}}""",
        "299 - \"nodeTopology.matchLabels.app.kubernetes.io/created-by: deprecated since v1.9\"")]
    [TestCase("runtimeclasses", """{"scheduling":{"nodeSelector":{"app.kubernetes.io/created-by":"a"}}}""",
        "299 - \"scheduling.nodeSelector: deprecated since v1.9\"")]
    public async Task Create_Odd_Warning(string resource, string patch, string warning) =>
        Assert.That(await _server.WarningsAsync(resource, patch), Is.EqualTo(new[] { warning }));
}
