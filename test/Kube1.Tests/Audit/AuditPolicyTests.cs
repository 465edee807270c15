using System.Text;
using Kube1.ApiServer.Audit;
using Kube1.ApiServer.Audit.Policies;
using Kube1.ApiServer.Auth;
using Kube1.ApiServer.Http;

namespace Kube1.Tests.Audit;

/// <summary>Which rule is about which request, and what a policy file must be (k8s.io/apiserver/pkg/audit/policy).</summary>
public sealed class AuditPolicyTests
{
    private const string Head = "apiVersion: audit.k8s.io/v1\nkind: Policy\n";

    private static readonly UserInfo Tim = new("tim") { Groups = ["humans", "developers"] };

    private static readonly RequestInfo Pod = new()
    {
        IsResourceRequest = true, Path = "/api/v1/namespaces/default/pods/busybox", Verb = "update", ApiVersion = "v1",
        Namespace = "default", Resource = "pods", Name = "busybox",
    };

    private static readonly RequestInfo PodLog = Pod with { Subresource = "log", Verb = "get" };

    private static readonly RequestInfo Role = new()
    {
        IsResourceRequest = true, Path = "/apis/rbac.authorization.k8s.io/v1/clusterroles/edit", Verb = "get",
        ApiGroup = "rbac.authorization.k8s.io", ApiVersion = "v1", Resource = "clusterroles", Name = "edit",
    };

    private static readonly RequestInfo Logs = new() { Path = "/logs/kubelet.log", Verb = "get" };

    [TestCase("", "pod,log,role,path,nobody")]
    [TestCase("users: [tim]", "pod,log,role,path")]
    [TestCase("users: [joe]", "")]
    [TestCase("userGroups: [ops, developers]", "pod,log,role,path")]
    [TestCase("userGroups: [ops]", "")]
    [TestCase("verbs: [get]", "log,role,path,nobody")]
    [TestCase("namespaces: [default]", "pod,log,nobody")]
    [TestCase("namespaces: [\"\"]", "role")]
    [TestCase("resources: [{group: \"\"}]", "pod,log,nobody")]
    [TestCase("resources: [{}]", "pod,log,nobody")]
    [TestCase("resources: [{group: \"*\"}]", "pod,log,role,nobody")]
    [TestCase("resources: [{resources: [pods]}]", "pod,nobody")]
    [TestCase("resources: [{resources: [pods/log]}]", "log")]
    [TestCase("resources: [{resources: [\"pods/*\"]}]", "pod,log,nobody")]
    [TestCase("resources: [{resources: [\"*/log\"]}]", "log")]
    [TestCase("resources: [{resources: [\"*\"]}]", "pod,log,nobody")]
    [TestCase("resources: [{resources: [\"*/*\"]}]", "")]
    [TestCase("resources: [{resources: [secrets]}, {group: rbac.authorization.k8s.io, resources: [clusterroles]}]", "role")]
    [TestCase("resources: [{resources: [pods], resourceNames: [busybox]}]", "pod,nobody")]
    [TestCase("resources: [{resources: [pods], resourceNames: [other]}]", "")]
    [TestCase("resources: [{resources: [pods]}]\n  namespaces: [other]", "")]
    [TestCase("nonResourceURLs: [\"/logs*\"]", "path")]
    [TestCase("nonResourceURLs: [\"/logs\"]", "")]
    [TestCase("nonResourceURLs: [\"*\"]", "path")]
    [TestCase("nonResourceURLs: [\"/logs/kubelet.log\"]\n  verbs: [post]", "")]
    public void Rule_ByField_IsAbout(string rule, string expected)
    {
        var policy = Read("rules:\n- level: Metadata\n  " + rule);
        (string Name, RequestInfo Info, UserInfo? User)[] requests =
            [("pod", Pod, Tim), ("log", PodLog, Tim), ("role", Role, Tim), ("path", Logs, Tim), ("nobody", Pod, null)];

        var about = requests.Where(r => policy.Evaluate(r.Info, r.User).Level == AuditLevel.Metadata).Select(r => r.Name);

        // Who is unknown has the verb of the pod's request, so is not asked about with the verb get.
        Assert.That(string.Join(',', about), Is.EqualTo(rule == "verbs: [get]" ? "log,role,path" : expected));
    }

    [Test]
    public void Rules_InOrder_TheFirstDecides()
    {
        var policy = Read("""
            omitStages: [RequestReceived]
            omitManagedFields: true
            rules:
            - {level: None, users: [tim], verbs: [get]}
            - {level: Request, users: [tim], omitStages: [Panic], omitManagedFields: false}
            - {level: RequestResponse}
            """);

        var (first, second, third) = (policy.Evaluate(Role, Tim), policy.Evaluate(Pod, Tim), policy.Evaluate(Pod, null));

        Assert.That(
            (first.Level, second.Level, third.Level),
            Is.EqualTo((AuditLevel.None, AuditLevel.Request, AuditLevel.RequestResponse)));
        Assert.That((second.OmitManagedFields, third.OmitManagedFields), Is.EqualTo((false, true)));
        Assert.That(
            Enum.GetValues<AuditStage>().Where(s => second.Omits(s)),
            Is.EqualTo([AuditStage.RequestReceived, AuditStage.Panic]));
        Assert.That(Enum.GetValues<AuditStage>().Where(s => third.Omits(s)), Is.EqualTo([AuditStage.RequestReceived]));
    }

    [Test]
    public void Request_ThatNoRuleIsAbout_IsNotLogged() =>
        Assert.That(Read("rules: [{level: Metadata, users: [joe]}]").Evaluate(Pod, Tim).Level, Is.EqualTo(AuditLevel.None));

    [TestCase("rules: []", "loaded illegal policy with 0 rules")]
    [TestCase("rules: [{}]", "rules[0].level: Required value")]
    [TestCase("rules: [{level: Foo}]", "rules[0].level: Unsupported value: \"Foo\": supported values: \"Metadata\", \"None\", \"Request\", \"RequestResponse\"")]
    [TestCase("rules: [{level: None, nonResourceURLs: [logs, \"/a*b\", \"*\", \"\"]}]",
        "[rules[0].nonResourceURLs[0]: Invalid value: \"logs\": non-resource URL rules must begin with a '/' character, rules[0].nonResourceURLs[1]: Invalid value: \"/a*b\": non-resource URL wildcards '*' must be the final character of the rule, rules[0].nonResourceURLs[3]: Invalid value: \"\": non-resource URL rules must begin with a '/' character]")]
    [TestCase("rules: [{level: None, resources: [{group: a/v1}]}]",
        "rules[0].resources.group: Invalid value: \"a/v1\": a lowercase RFC 1123 subdomain must consist of lower case alphanumeric characters, '-' or '.', and must start and end with an alphanumeric character (e.g. 'example.com', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*')")]
    [TestCase("rules: [{level: None, resources: [{resourceNames: [a]}]}]",
        "rules[0].resources.resourceNames: Invalid value: [\"a\"]: using resourceNames requires at least one resource")]
    [TestCase("rules: [{level: None, nonResourceURLs: [/a], namespaces: [b]}]",
        "rules[0].nonResourceURLs: Invalid value: [\"/a\"]: rules cannot apply to both regular resources and non-resource URLs")]
    [TestCase("omitStages: [Foo]\nrules: [{level: None, omitStages: [Panic, Bar]}]",
        "[omitStages[0]: Invalid value: \"Foo\": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic, rules[0].omitStages[1]: Invalid value: \"Bar\": allowed stages are RequestReceived,ResponseStarted,ResponseComplete,Panic]")]
    [TestCase("rules: [{users: 5}]", "failed decoding: json: cannot unmarshal number into Go struct field PolicyRule.rules.users of type []string")]
    [TestCase("rules: nonsense", "failed decoding: json: cannot unmarshal string into Go struct field Policy.rules of type []v1.PolicyRule")]
    public void Policy_Wrong_HasUpstreamsText(string policy, string expected) => AssertRefused(Head + policy, expected);

    [TestCase("", "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy")]
    [TestCase("rules: [{level: None}]", "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy")]
    [TestCase("kind: Policy\nrules: [{level: None}]", "unknown group version field audit.k8s.io/__internal, Kind=Policy in policy")]
    [TestCase("apiVersion: audit.k8s.io/v1beta1\nkind: Policy", "failed decoding: no kind \"Policy\" is registered for version \"audit.k8s.io/v1beta1\" in scheme \"pkg/audit/scheme.go:30\"")]
    [TestCase("apiVersion: audit.k8s.io/v1\nkind: Foo", "failed decoding: no kind \"Foo\" is registered for version \"audit.k8s.io/v1\" in scheme \"pkg/audit/scheme.go:30\"")]
    [TestCase("apiVersion: a/b/c\nkind: Policy", "failed decoding: unexpected GroupVersion string: a/b/c")]
    public void Document_OfAnotherKind_IsRefused(string document, string expected) => AssertRefused(document, expected);

    [Test]
    public void Fields_Unknown_AreWarnedOfAndDoNotCount()
    {
        var warnings = new List<string>();
        var policy = AuditPolicyFile.Read(
            Encoding.UTF8.GetBytes(Head + "rules:\n- level: Metadata\n  verb: [get]\n  users: [joe]\n  users: [tim]\n"), warnings.Add);

        Assert.That(policy.Evaluate(Pod, Tim).Level, Is.EqualTo(AuditLevel.Metadata));
        Assert.That(warnings.Single(), Does.StartWith("Audit policy contains errors, falling back to lenient decoding: strict decoding error: ")
            .And.Contain("unknown field \"rules[0].verb\"").And.Contain("key \"users\" already set in map"));
    }

    [Test]
    public void File_ThatIsNotThere_IsNamed()
    {
        var e = Assert.Throws<AuditConfigurationException>(() => AuditPolicyFile.Load("/nowhere/policy.yaml", _ => { }));
        Assert.That(e!.Message, Does.StartWith("loading audit policy file: failed to read file path \"/nowhere/policy.yaml\": "));
    }

    private static AuditPolicy Read(string policy) =>
        AuditPolicyFile.Read(Encoding.UTF8.GetBytes(Head + policy), Assert.Fail);

    private static void AssertRefused(string document, string expected)
    {
        var e = Assert.Throws<AuditConfigurationException>(
            () => AuditPolicyFile.Read(Encoding.UTF8.GetBytes(document), Assert.Fail));
        Assert.That(e!.Message, Is.EqualTo(expected));
    }
}
