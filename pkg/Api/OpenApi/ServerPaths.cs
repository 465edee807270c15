namespace Kube1.Api.OpenApi;

/// <summary>The paths that serve no resources: discovery, the version, and what clients verify tokens with.</summary>
internal static class ServerPaths
{
    private const string Meta = "io.k8s.apimachinery.pkg.apis.meta.v1.";

    private static readonly string[] Media =
        ["application/json", "application/yaml", "application/vnd.kubernetes.protobuf"];

    private static readonly string[] Json = ["application/json"];

    /// <summary>/api/</summary>
    public static ApiPath CoreVersions => Get(
        "/api/", "getCoreAPIVersions", "core", "The versions of the core group", Meta + "APIVersions", Media);

    /// <summary>/apis/</summary>
    public static ApiPath Groups => Get(
        "/apis/", "getAPIVersions", "apis", "The groups of the API", Meta + "APIGroupList", Media);

    /// <summary>/version/</summary>
    public static ApiPath Version => Get(
        "/version/", "getCodeVersion", "version", "The version of the server", "io.k8s.apimachinery.pkg.version.Info",
        Json);

    /// <summary>/.well-known/openid-configuration/</summary>
    public static ApiPath OpenIdConfiguration => Get(
        "/.well-known/openid-configuration/", "getServiceAccountIssuerOpenIDConfiguration", "WellKnown",
        "Who issues the tokens of service accounts (OpenID Connect Discovery)", ApiOperation.Text, Json, consumes: []);

    /// <summary>/openid/v1/jwks/</summary>
    public static ApiPath KeySet => Get(
        "/openid/v1/jwks/", "getServiceAccountIssuerOpenIDKeyset", "openid",
        "The keys that verify the tokens of service accounts (RFC 7517)", ApiOperation.Text,
        ["application/jwk-set+json"], consumes: []);

    /// <summary>/apis/apps/</summary>
    public static ApiPath Group(string group) => Get(
        $"/apis/{group}/", $"get{OperationNames.Label(group)}APIGroup", OperationNames.Tag(group),
        "The versions of a group", Meta + "APIGroup", Media);

    /// <summary>/apis/apps/v1/</summary>
    public static ApiPath Resources(string group, string version) => Get(
        $"/{OperationNames.PathOf(group, version)}/", $"get{OperationNames.Label(group, version)}APIResources",
        OperationNames.Tag(group, version), "The resources of a group version", Meta + "APIResourceList", Media);

    private static ApiPath Get(
        string path, string id, string tag, string description, string type, string[] produces,
        string[]? consumes = null) =>
        new(path, [new ApiOperation("get", id, tag)
        {
            Description = description,
            Consumes = consumes ?? produces,
            Produces = produces,
            Responses = [new("200", "OK", type)],
        }]);
}
