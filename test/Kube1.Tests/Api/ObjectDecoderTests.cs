using System.Text;
using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.Api.Json;
using Kube1.Api.Schema;

namespace Kube1.Tests.Api;

public sealed class ObjectDecoderTests
{
    private static readonly SchemaType Deployment = SchemaCatalog.BuiltIn.Find("io.k8s.api.apps.v1.Deployment")!;
    private static readonly SchemaType Pod = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Pod")!;

    private static DecodedObject Decode(string body, SchemaType type, FieldValidation mode = FieldValidation.Strict) =>
        ObjectDecoder.Decode(Encoding.UTF8.GetBytes(body), type, mode);

    private static string Spec(string spec) => Decode(
        $$$"""{"apiVersion":"v1","kind":"Pod","spec":{{{spec}}}}""", Pod).Object["spec"]!.ToJsonString();

    private static string DeploymentError(string text) =>
        $"Deployment in version \"v1\" cannot be handled as a Deployment: {text}";

    private static string Unrecognized(string text, string body) =>
        $"the object provided is unrecognized (must be of type Deployment): couldn't get version/kind; json parse error: "
        + $"{text} ({body})";

    private static IEnumerable<TestCaseData> BadBodies()
    {
        yield return Case("""{"spec":{"replicas":"3"}}""", DeploymentError(
            "json: cannot unmarshal string into Go struct field DeploymentSpec.spec.replicas of type int32"));
        yield return Case("""{"spec":{"replicas":1.5}}""", DeploymentError(
            "json: cannot unmarshal number 1.5 into Go struct field DeploymentSpec.spec.replicas of type int32"));
        yield return Case("""{"spec":{"replicas":3000000000}}""", DeploymentError(
            "json: cannot unmarshal number 3000000000 into Go struct field DeploymentSpec.spec.replicas of type int32"));
        yield return Case("""{"metadata":{"name":5}}""", DeploymentError(
            "json: cannot unmarshal number into Go struct field ObjectMeta.metadata.name of type string"));
        yield return Case("""{"metadata":{"labels":{"a":true}}}""", DeploymentError(
            "json: cannot unmarshal bool into Go struct field ObjectMeta.metadata.labels of type string"));
        yield return Case("""{"spec":{"template":{"spec":{"containers":{"name":"x"}}}}}""", DeploymentError(
            "json: cannot unmarshal object into Go struct field PodSpec.spec.template.spec.containers of type []v1.Container"));
        yield return Case("""{"spec":{"template":{"spec":{"containers":["x"]}}}}""", DeploymentError(
            "json: cannot unmarshal string into Go struct field PodSpec.spec.template.spec.containers of type v1.Container"));
        yield return Case("""{"spec":[]}""", DeploymentError(
            "json: cannot unmarshal array into Go struct field Deployment.spec of type v1.DeploymentSpec"));
        yield return Case("""{"spec":{"foo":1,"replicas":1,"replicas":2}}""", DeploymentError(
            "strict decoding error: unknown field \"spec.foo\", duplicate field \"spec.replicas\""));
        yield return Case("""{"spec":{"template":{"spec":{"containers":[{},{"imag":"x"}]}}}}""", DeploymentError(
            "strict decoding error: unknown field \"spec.template.spec.containers[1].imag\""));
        yield return Case("""{"metadata":{"labels":{"a":"1","a":"2"}}}""", DeploymentError(
            "strict decoding error: duplicate field \"metadata.labels.a\""));
        yield return Case("""{"metadata":{"creationTimestamp":"yesterday"}}""", DeploymentError(
            "parsing time \"yesterday\" as \"2006-01-02T15:04:05Z07:00\": cannot parse \"yesterday\" as \"2006\""));
        yield return Case("""{"metadata":{"creationTimestamp":"2020-13-01T00:00:00Z"}}""", DeploymentError(
            "parsing time \"2020-13-01T00:00:00Z\": month out of range"));
        yield return Case("""{"metadata":{"creationTimestamp":7}}""", DeploymentError(
            "json: cannot unmarshal number into Go value of type string"));
        yield return Case("""{"apiVersion":"v1","kind":"Service"}""",
            "Service in version \"v1\" cannot be handled as a Deployment: converting (v1.Service) to (apps.Deployment): "
            + "unknown conversion");
        yield return Case("""{"apiVersion":"apps/v1","kind":"Foo"}""",
            "Foo in version \"v1\" cannot be handled as a Deployment: no kind \"Foo\" is registered for version "
            + "\"apps/v1\" in scheme \"pkg/api/legacyscheme/scheme.go:30\"");
        yield return Case("hello", Unrecognized(
            "invalid character 'h' looking for beginning of value", "68656c6c6f"));
        yield return Case("", Unrecognized("unexpected end of JSON input", "<empty>"));
        yield return Case("""{"kind":"Deployment",}""", Unrecognized(
            "invalid character '}' looking for beginning of object key string", """{"kind":"Deployment",}"""));
        yield return Case("""{"kind":5}""", Unrecognized(
            "json: cannot unmarshal number into Go struct field .kind of type string", """{"kind":5}"""));
        yield return Case("""{"apiVersion":"apps/v1","kind":"Deployment","spec":{"replicas":1 2}}""", DeploymentError(
            "invalid character '2' after object key:value pair"));
        yield return Case("""{"apiVersion":"apps/v1","kind":"Deployment"} x""", DeploymentError(
            "invalid character 'x' after top-level value"));
        static TestCaseData Case(string body, string message) => new TestCaseData(body, message).SetArgDisplayNames(body);
    }

    [TestCaseSource(nameof(BadBodies))]
    public void Decode_BadBody_IsRefusedInUpstreamsWords(string body, string message)
    {
        var error = Assert.Throws<ApiException>(() => Decode(body, Deployment))!;
        using (Assert.EnterMultipleScope())
        {
            Assert.That(error.Code, Is.EqualTo(400));
            Assert.That(error.Message, Is.EqualTo(message));
        }
    }

    [TestCase("""{"containers":[{"name":"a","resources":{"limits":{"cpu":"1000m","memory":"1024Ki","x":0.5}}}]}""",
        """{"containers":[{"name":"a","resources":{"limits":{"cpu":"1","memory":"1Mi","x":"500m"}}}]}""")]
    [TestCase("""{"nodeName":null,"hostNetwork":false,"nodeSelector":{},"tolerations":[],"volumes":[{"name":"v","emptyDir":{}}]}""",
        """{"volumes":[{"name":"v","emptyDir":{}}]}""")]
    [TestCase("""{"activeDeadlineSeconds":0,"containers":[null,{"name":"\u0061","args":[null,"b"]}]}""",
        """{"activeDeadlineSeconds":0,"containers":[{},{"name":"a","args":["","b"]}]}""")]
    [TestCase("""{"containers":[{"livenessProbe":{"httpGet":{"port":"http"}},"readinessProbe":{"tcpSocket":{"port":80}}}]}""",
        """{"containers":[{"livenessProbe":{"httpGet":{"port":"http"}},"readinessProbe":{"tcpSocket":{"port":80}}}]}""")]
    public void Decode_PodSpec_IsCanonical(string spec, string expected) => Assert.That(Spec(spec), Is.EqualTo(expected));

    [Test]
    public void Decode_MissingKind_IsFilledIn()
    {
        var decoded = Decode("""{"metadata":{"name":"a","creationTimestamp":"2020-01-02T03:04:05.9+01:00"}}""", Deployment);

        Assert.That(decoded.Object.ToJsonString(), Is.EqualTo(
            """{"metadata":{"name":"a","creationTimestamp":"2020-01-02T02:04:05Z"},"apiVersion":"apps/v1","kind":"Deployment"}"""));
    }

    [Test]
    public void Decode_UnknownFieldUnderWarn_IsDroppedWithAWarning()
    {
        var decoded = Decode("""{"spec":{"foo":{"a":[1]},"paused":true}}""", Deployment, FieldValidation.Warn);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decoded.Warnings, Is.EqualTo(["unknown field \"spec.foo\""]));
            Assert.That(decoded.Object["spec"]!.ToJsonString(), Is.EqualTo("""{"paused":true}"""));
        }
    }

    [Test]
    public void Decode_Bytes_AreCheckedAndKept()
    {
        var secret = SchemaCatalog.BuiltIn.Find("io.k8s.api.core.v1.Secret")!;
        var decoded = Decode("""{"data":{"a":"aGVsbG8=","b":"aGVs\nbG8=","c":null,"d":""}}""", secret);
        var error = Assert.Throws<ApiException>(() => Decode("""{"data":{"a":"aGV*bG8="}}""", secret))!;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(decoded.Object["data"]!.ToJsonString(), Does.Contain("\"b\":\"aGVsbG8=\",\"c\":\"\",\"d\":\"\""));
            Assert.That(error.Message, Does.EndWith("illegal base64 data at input byte 3"));
        }
    }

    [Test]
    public void Decode_AnyJson_IsKeptAsItIs()
    {
        var revision = SchemaCatalog.BuiltIn.Find("io.k8s.api.apps.v1.ControllerRevision")!;
        const string data = """{"a":null,"b":[],"c":{"d":1.50,"e":12345678901234567890,"f":[null,true,"x"]},"g":""}""";
        var decoded = Decode($$"""{"data":{{data}},"revision":3}""", revision);

        Assert.That(decoded.Object["data"]!.ToJsonString(), Is.EqualTo(data));
    }

    [Test]
    public void Decode_TooDeep_IsRefused()
    {
        var revision = SchemaCatalog.BuiltIn.Find("io.k8s.api.apps.v1.ControllerRevision")!;
        var body = "{\"data\":" + new string('[', 5000) + new string(']', 5000) + "}";

        var error = Assert.Throws<ApiException>(() => Decode(body, revision))!;
        Assert.That(error.Message, Does.Contain("exceeded max depth"));
    }

    [Test]
    public void Decode_InvalidUtf8AndLoneSurrogates_BecomeReplacementCharacters()
    {
        byte[] body = [.. """{"metadata":{"name":"\ud800x","labels":{"a":"""u8, (byte)'"', 0xFF, (byte)'"', .. "}}}"u8];

        var decoded = ObjectDecoder.Decode(body, Pod, FieldValidation.Strict);

        Assert.That(decoded.Object["metadata"]!["name"]!.GetValue<string>(), Is.EqualTo("\uFFFDx"));
        Assert.That(decoded.Object["metadata"]!["labels"]!["a"]!.GetValue<string>(), Is.EqualTo("\uFFFD"));
    }

    /// <summary>More short texts and numbers than the decoder remembers, each twice and in turns.</summary>
    [Test]
    public void Decode_ManyShortTextsAndNumbers_AllKeepTheirValues()
    {
        var numbers = Enumerable.Range(1, 5000).ToArray();
        var labels = string.Join(',', numbers.Select(n => $"\"k{n}\":\"v{n}\""));
        var ports = string.Join(',', numbers.Select(n => $$"""{"containerPort":{{n}},"name":"v{{n}}"}"""));
        var body = $$$"""
            {"apiVersion":"v1","kind":"Pod","metadata":{"labels":{{{{labels}}}}},"spec":{"containers":[{"ports":[{{{ports}}}]}]}}
            """;

        var first = Decode(body, Pod).Object;
        var second = Decode(body, Pod).Object;

        using (Assert.EnterMultipleScope())
        {
            Assert.That(first.ToJsonString(), Is.EqualTo(body.Trim()));
            Assert.That(second.ToJsonString(), Is.EqualTo(body.Trim()));
        }
    }

    [TestCase("-0")]
    [TestCase("0")]
    [TestCase("1e1")]
    [TestCase("10")]
    public void Decode_NumberOfAnyType_KeepsItsText(string number)
    {
        var body = Encoding.UTF8.GetBytes($$$"""{"metadata":{"managedFields":[{"fieldsV1":{"\u0061":{{{number}}}}}]}}""");

        var fields = ObjectDecoder.DecodeRaw(body, Pod).Object["metadata"]!["managedFields"]![0]!["fieldsV1"]!;

        Assert.That(fields.ToJsonString(), Is.EqualTo($$"""{"a":{{number}}}"""));
    }

    [Test]
    public void Splice_CanonicalBytes_HaveTheRevisionFirstInMetadata()
    {
        var obj = (JsonObject)JsonNode.Parse(
            """{"spec":{"a":1},"metadata":{"resourceVersion":"7","name":"x"},"kind":"Pod","apiVersion":"v1"}""")!;
        var stored = CanonicalJson.ToBytes(obj);
        var output = new System.Buffers.ArrayBufferWriter<byte>();
        ResourceVersionSplice.Write(output, stored, 42);
        ResourceVersionSplice.Write(output, CanonicalJson.ToBytes([]), 43);

        using (Assert.EnterMultipleScope())
        {
            Assert.That(Encoding.UTF8.GetString(stored), Is.EqualTo(
                """{"apiVersion":"v1","kind":"Pod","metadata":{"name":"x"},"spec":{"a":1}}"""));
            Assert.That(Encoding.UTF8.GetString(output.WrittenSpan), Is.EqualTo(
                """{"apiVersion":"v1","kind":"Pod","metadata":{"resourceVersion":"42","name":"x"},"spec":{"a":1}}"""
                + """{"metadata":{"resourceVersion":"43"}}"""));
        }
    }
}
