using System.Text.Json.Nodes;
using Kube1.Api.Schema;
using Kube1.Api.Validation;

namespace Kube1.ApiServer.Audit.Policies;

/// <summary>The file of --audit-policy-file (audit.k8s.io/v1 Policy), with upstream's checks and texts.</summary>
internal static class AuditPolicyFile
{
    /// <summary>Far more than any policy: a wrong path must not fill the memory.</summary>
    private const int MaxSizeBytes = 1024 * 1024;

    /// <summary>Where upstream registers the kinds, which its error names.</summary>
    private const string Scheme = "pkg/audit/scheme.go:30";

    /// <summary>
    /// The policy. Unknown and duplicate fields are told to <paramref name="warn"/> and do not count; anything else that
    /// is wrong is an <see cref="AuditConfigurationException"/>.
    /// </summary>
    public static AuditPolicy Load(string path, Action<string> warn)
    {
        byte[] bytes;
        try
        {
            bytes = new FileInfo(path).Length <= MaxSizeBytes
                ? File.ReadAllBytes(path)
                : throw new IOException($"it is larger than {MaxSizeBytes} bytes");
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new AuditConfigurationException($"loading audit policy file: failed to read file path \"{path}\": {e.Message}");
        }

        try
        {
            return Read(bytes, warn);
        }
        catch (AuditConfigurationException e)
        {
            throw new AuditConfigurationException($"loading audit policy file: {e.Message}: from file {path}");
        }
    }

    /// <summary>The policy in a document, YAML or JSON.</summary>
    internal static AuditPolicy Read(ReadOnlySpan<byte> document, Action<string> warn)
    {
        var policy = Decode(document, warn);
        var errors = new FieldErrorList();
        var rules = AuditPolicyReader.Read(policy, errors);
        if (errors.Count > 0)
        {
            throw new AuditConfigurationException(Aggregate(errors));
        }

        return rules.Count > 0
            ? new AuditPolicy(rules)
            : throw new AuditConfigurationException("loaded illegal policy with 0 rules");
    }

    private static JsonObject Decode(ReadOnlySpan<byte> document, Action<string> warn)
    {
        try
        {
            ReadOnlySpan<byte> json = YamlConverter.ToJson(document, out var duplicates);
            var kind = ObjectDecoder.ReadKind(json, AuditPolicyTypes.Policy);
            if (kind != AuditPolicyTypes.Internal && (kind.Group, kind.Version, kind.Kind) != ("audit.k8s.io", "v1", "Policy"))
            {
                throw new ObjectDecodeException(
                    $"no kind \"{kind.Kind}\" is registered for version \"{kind.ApiVersion}\" in scheme \"{Scheme}\"");
            }

            var decoded = json.SequenceEqual("null"u8) ? new DecodedObject([], []) : ObjectDecoder.DecodeRaw(json, AuditPolicyTypes.Policy);
            if (duplicates.Count + decoded.Warnings.Count > 0)
            {
                warn("Audit policy contains errors, falling back to lenient decoding: " + ObjectDecoder.StrictMessage(
                    [.. YamlConverter.StrictErrors(duplicates), .. decoded.Warnings]));
            }

            return kind != AuditPolicyTypes.Internal
                ? decoded.Object
                : throw new AuditConfigurationException($"unknown group version field {kind} in policy");
        }
        catch (ObjectDecodeException e)
        {
            throw new AuditConfigurationException("failed decoding: " + e.Message);
        }
    }

    // k8s.io/apimachinery/pkg/util/errors Aggregate: each text once.
    private static string Aggregate(FieldErrorList errors)
    {
        var texts = errors.Select(e => e.ToString()).Distinct().ToList();
        return texts.Count == 1 ? texts[0] : "[" + string.Join(", ", texts) + "]";
    }
}
