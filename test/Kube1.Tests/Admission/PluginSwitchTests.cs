using Kube1.Api;
using Kube1.ApiServer.Admission;
using Kube1.Cluster.Configuration;
using Kube1.Storage;
using Kube1.Testing;

namespace Kube1.Tests.Admission;

/// <summary>Which plug-ins run, in which order.</summary>
[TestFixture]
public sealed class PluginSwitchTests
{
    /// <summary>Those of this server among k8s.io/kubernetes/pkg/kubeapiserver/options AllOrderedPlugins.</summary>
    private static readonly string[] UpstreamsOrder =
    [
        "NamespaceLifecycle", "LimitRanger", "ServiceAccount", "NodeRestriction", "TaintNodesByCondition",
        "AlwaysPullImages", "PodSecurity", "Priority", "DefaultTolerationSeconds", "DefaultStorageClass",
        "StorageObjectInUseProtection", "OwnerReferencesPermissionEnforcement", "PersistentVolumeClaimResize",
        "RuntimeClass", "CertificateApproval", "CertificateSigning", "ClusterTrustBundleAttest",
        "CertificateSubjectRestriction", "DefaultIngressClass", "DenyServiceExternalIPs", "PodTopologyLabels",
        "MutatingAdmissionPolicy", "MutatingAdmissionWebhook", "ValidatingAdmissionPolicy", "ValidatingAdmissionWebhook",
        "ResourceQuota",
    ];

    private static readonly string[] OffByDefault =
        ["AlwaysPullImages", "OwnerReferencesPermissionEnforcement", "DenyServiceExternalIPs"];

    [Test]
    public void Names_All_AreInUpstreamsOrder() => Assert.That(AdmissionPluginNames.All, Is.EqualTo(UpstreamsOrder));

    [Test]
    public async Task Create_Defaults_RunInUpstreamsOrder()
    {
        var names = await RunningAsync(new AdmissionSettings());

        Assert.That(names, Is.EqualTo(UpstreamsOrder.Where(n => names.Contains(n))));
        Assert.That(names, Has.None.AnyOf(OffByDefault));
        Assert.That(names, Has.Count.GreaterThanOrEqualTo(19));
        Assert.That(names[^1], Is.EqualTo("ResourceQuota"));
    }

    [Test]
    public async Task Create_EnabledAndDisabled_AreHeeded()
    {
        var names = await RunningAsync(
            new AdmissionSettings { Enabled = OffByDefault, Disabled = ["PodSecurity", "ResourceQuota"] });

        Assert.That(names, Is.SupersetOf(OffByDefault));
        Assert.That(names, Has.None.AnyOf("PodSecurity", "ResourceQuota"));
        Assert.That(names, Is.EqualTo(UpstreamsOrder.Where(n => names.Contains(n))));
    }

    [Test]
    public void Setting_Names_AreReadWithCommas()
    {
        var config = new ClusterConfig();
        SettingCatalog.Find("enable-admission-plugins")!.Apply(config, "AlwaysPullImages, DenyServiceExternalIPs");
        SettingCatalog.Find("disable-admission-plugins")!.Apply(config, "PodSecurity");

        Assert.That(config.EnabledAdmissionPlugins, Is.EqualTo(new[] { "AlwaysPullImages", "DenyServiceExternalIPs" }));
        Assert.That(config.DisabledAdmissionPlugins, Is.EqualTo(new[] { "PodSecurity" }));
    }

    [TestCase("PodSecurityPolicy")]
    [TestCase("podsecurity")]
    [TestCase("PodSecurity,,")]
    [TestCase("")]
    public void Setting_UnknownName_IsRefused(string names) => Assert.That(
        () => SettingCatalog.Find("disable-admission-plugins")!.Apply(new ClusterConfig(), names),
        Throws.TypeOf<FormatException>().With.Message.StartsWith("there is no admission plug-in '"));

    [Test]
    public void Load_NamedInBoth_IsRefused()
    {
        var given = new Dictionary<string, IReadOnlyList<string>>
        {
            ["enable-admission-plugins"] = ["LimitRanger"], ["disable-admission-plugins"] = ["LimitRanger"],
        };

        Assert.That(
            () => ConfigLoader.Load(SettingScope.Server, null, _ => null, given),
            Throws.TypeOf<ConfigException>().With.Message.EqualTo(
                "--enable-admission-plugins and --disable-admission-plugins both name LimitRanger; name it once"));
    }

    // Rules of the RBAC group that are no plug-in upstream stand among them and cannot be switched.
    private static async Task<List<string>> RunningAsync(AdmissionSettings settings)
    {
        IReadOnlyList<IAdmissionPlugin> plugins = [];
        await using var cluster = await TestCluster.StartAsync(new TestClusterOptions
        {
            Security = (store, time) => AdmissionOf(store, time, settings, p => plugins = p),
        });
        return [.. plugins.Select(p => p.Name).Where(AdmissionPluginNames.IsKnown)];
    }

    private static Kube1.ApiServer.ApiServerSecurity AdmissionOf(
        Store store, TimeProvider time, AdmissionSettings settings, Action<IReadOnlyList<IAdmissionPlugin>> made)
    {
        using var authority = Kube1.Cluster.Pki.CertificateAuthority.Create("kube1-test-ca", time);
        var security = Kube1.ApiServer.Auth.SecurityComposition.Create(
            new Kube1.ApiServer.Auth.SecurityOptions
            {
                ClientCas = [authority.Certificate],
                ServiceAccountKey = System.Security.Cryptography.ECDsa.Create(
                    System.Security.Cryptography.ECCurve.NamedCurves.nistP256),
                Admission = settings,
            },
            store, time);
        made(security.Admission);
        return security;
    }
}
