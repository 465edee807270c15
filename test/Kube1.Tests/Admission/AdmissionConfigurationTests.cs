using Kube1.ApiServer.Admission;
using Kube1.ApiServer.Admission.Configuration;
using Kube1.ApiServer.Admission.PodSecurityStandards;
using Kube1.Tests.ApiServer;

namespace Kube1.Tests.Admission;

/// <summary>The file of --admission-control-config-file.</summary>
[TestFixture]
public sealed class AdmissionConfigurationTests
{
    private const string Head = "apiVersion: apiserver.config.k8s.io/v1\nkind: AdmissionConfiguration\nplugins:\n";

    private const string PodSecurityHead = Head
        + "- name: PodSecurity\n  configuration:\n    apiVersion: pod-security.admission.config.k8s.io/v1\n"
        + "    kind: PodSecurityConfiguration\n";

    private string _folder = "";

    [SetUp]
    public void SetUp() => _folder = Directory.CreateTempSubdirectory("kube1-admission").FullName;

    [TearDown]
    public void TearDown() => Directory.Delete(_folder, recursive: true);

    [Test]
    public void Apply_PodSecurity_TakesDefaultsAndExemptions()
    {
        var settings = Apply(
            PodSecurityHead
            + "    defaults: {enforce: baseline, enforce-version: v1.30, warn: restricted}\n"
            + "    exemptions: {usernames: [root], namespaces: [kube-system], runtimeClasses: [vm]}\n").PodSecurity;

        Assert.That(
            settings.Defaults.ToString(),
            Is.EqualTo("NamespacePolicy { Enforce = baseline:v1.30, Audit = privileged:latest, Warn = restricted:latest, "
                + "IsPrivileged = False }"));
        Assert.That(settings.ExemptUsers, Is.EqualTo(new[] { "root" }));
        Assert.That(settings.ExemptNamespaces, Is.EqualTo(new[] { "kube-system" }));
        Assert.That(settings.ExemptRuntimeClasses, Is.EqualTo(new[] { "vm" }));
    }

    [Test]
    public void Apply_FileOfItsOwn_IsFoundBesideTheFirst()
    {
        File.WriteAllText(
            Path.Combine(_folder, "ps.yaml"),
            "apiVersion: pod-security.admission.config.k8s.io/v1\nkind: PodSecurityConfiguration\ndefaults: {audit: baseline}\n");

        var settings = Apply(Head + "- name: PodSecurity\n  path: ps.yaml\n");

        Assert.That(settings.PodSecurity.Defaults.Audit, Is.EqualTo(new LevelVersion(SecurityLevel.Baseline, PolicyVersion.Latest)));
    }

    [Test]
    public void Apply_NothingSaid_ForbidsNothing() => Assert.That(
        Apply(Head + "- name: PodSecurity\n").PodSecurity.Defaults, Is.EqualTo(NamespacePolicy.Privileged));

    [TestCase(
        "    defaults: {enforce: strict, warn-version: \"1.2\"}\n",
        "defaults.enforce: Invalid value: \"strict\": must be one of privileged, baseline, restricted; defaults.warn-version: "
        + "Invalid value: \"1.2\": must be \"latest\" or \"v1.x\"")]
    [TestCase("    exemptions: {usernames: [\"\"]}\n", "exemptions.usernames[0]: Invalid value: \"\": username must not be empty")]
    [TestCase("    exemptions: {namespaces: [a, a]}\n", "exemptions.namespaces[1]: Duplicate value: \"a\"")]
    [TestCase("    exemptions: {users: [a]}\n", "there is no field 'users'")]
    [TestCase("    exemptions: []\n", "exemptions is no object")]
    [TestCase("    exemptions: {usernames: [1]}\n", "usernames is no list of texts")]
    public void Apply_WrongPodSecurity_SaysWhere(string rest, string why) => Assert.That(
        () => Apply(PodSecurityHead + rest),
        Throws.TypeOf<AdmissionConfigurationException>().With.Message.EqualTo($"{FilePath}, plug-in PodSecurity: {why}"));

    [TestCase("kind: X\n", "AdmissionConfiguration of apiserver.config.k8s.io/v1 is expected, and not 'X' of ''")]
    [TestCase(
        Head + "- name: Nonsense\n  configuration: {a: b}\n",
        "there is no admission plug-in 'Nonsense' that takes a configuration")]
    [TestCase(Head + "  a: b\n", "plugins is no list")]
    public void Apply_WrongFile_SaysWhy(string text, string why) => Assert.That(
        () => Apply(text),
        Throws.TypeOf<AdmissionConfigurationException>().With.Message.EqualTo($"{FilePath}: {why}"));

    [TestCase("a: [")]
    [TestCase("- a\n")]
    [TestCase("")]
    public void Apply_NoObject_IsRefused(string text) =>
        Assert.That(() => Apply(text), Throws.TypeOf<AdmissionConfigurationException>());

    [Test]
    public void Apply_NoFile_IsRefused() => Assert.That(
        () => AdmissionConfigurationFile.Apply(FilePath, new AdmissionSettings()),
        Throws.TypeOf<AdmissionConfigurationException>().With.Message.Contains(FilePath));

    [Test]
    public async Task LimitedResources_NoQuota_CannotBeUsed()
    {
        var settings = Apply(
            Head + "- name: ResourceQuota\n  configuration:\n    apiVersion: apiserver.config.k8s.io/v1\n"
            + "    kind: ResourceQuotaConfiguration\n    limitedResources:\n"
            + "    - {resource: persistentvolumeclaims, matchContains: [.storageclass.storage.k8s.io/requests.storage]}\n"
            + "    - resource: pods\n      matchScopes: [{scopeName: PriorityClass, operator: In, values: [high]}]\n");
        await using var cluster = await SecureCluster.StartAsync(admission: settings);
        await cluster.CreateAsync("api/v1/namespaces/default/serviceaccounts", """{"metadata":{"name":"default"}}""");
        await cluster.CreateAsync("apis/scheduling.k8s.io/v1/priorityclasses", """{"metadata":{"name":"high"},"value":10}""");

        var (claim, claimStatus) = await cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/persistentvolumeclaims",
            """
            {"metadata":{"name":"c"},"spec":{"storageClassName":"gold","accessModes":["ReadWriteOnce"],
            "resources":{"requests":{"storage":"1Gi"}}}}
            """);
        var (high, highStatus) = await cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/pods",
            """{"metadata":{"name":"p"},"spec":{"priorityClassName":"high","containers":[{"name":"c","image":"i"}]}}""");
        var (plain, _) = await cluster.Admin.SendAsync(
            "POST", "api/v1/namespaces/default/pods",
            """{"metadata":{"name":"q"},"spec":{"containers":[{"name":"c","image":"i"}]}}""");

        Assert.That(claim, Is.EqualTo(403));
        Assert.That(
            claimStatus.Text("message"),
            Is.EqualTo(
                "persistentvolumeclaims \"c\" is forbidden: insufficient quota to consume: "
                + "gold.storageclass.storage.k8s.io/requests.storage"));
        Assert.That(high, Is.EqualTo(500));
        Assert.That(
            highStatus.Text("message"), Is.EqualTo("insufficient quota to match these scopes: [{PriorityClass In [high]}]"));
        Assert.That(plain, Is.EqualTo(201));
    }

    private string FilePath => Path.Combine(_folder, "admission.yaml");

    private AdmissionSettings Apply(string text)
    {
        File.WriteAllText(FilePath, text);
        return AdmissionConfigurationFile.Apply(FilePath, new AdmissionSettings());
    }
}
