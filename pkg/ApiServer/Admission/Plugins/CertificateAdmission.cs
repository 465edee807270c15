using System.Text.Json.Nodes;
using Kube1.Api.Errors;
using Kube1.ApiServer.Auth;

namespace Kube1.ApiServer.Admission.Plugins;

/// <summary>Whether a user may approve or sign for a signer: the verb on "signers", by full name or by domain.</summary>
internal static class SignerPermission
{
    public const string Group = "certificates.k8s.io";
    public const string Resource = "certificatesigningrequests";

    public static bool Has(IAuthorizer authorizer, UserInfo user, string verb, string signer)
    {
        var domain = signer[..Math.Max(0, signer.IndexOf('/', StringComparison.Ordinal))];
        return Allowed(signer) || Allowed(domain + "/*");

        bool Allowed(string name) => authorizer.Authorize(new AuthorizationAttributes
        {
            User = user,
            Verb = verb,
            ApiGroup = Group,
            ApiVersion = "*",
            Resource = "signers",
            Name = name,
            IsResourceRequest = true,
        }).Allowed;
    }
}

/// <summary>Approving a request takes the right to approve for its signer.</summary>
internal sealed class CertificateApproval(IAuthorizer authorizer) : AdmissionPlugin("CertificateApproval")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update
        && IsFor(request, SignerPermission.Group, SignerPermission.Resource, "approval");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var signer = (string?)request.OldObject!["spec"]?["signerName"] ?? "";
        if (!SignerPermission.Has(authorizer, request.User, "approve", signer))
        {
            throw Forbidden(request, $"user not permitted to approve requests with signerName \"{signer}\"");
        }
    }
}

/// <summary>Setting the certificate takes the right to sign for the request's signer.</summary>
internal sealed class CertificateSigning(IAuthorizer authorizer) : AdmissionPlugin("CertificateSigning")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Update
        && IsFor(request, SignerPermission.Group, SignerPermission.Resource, "status");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var unchanged = JsonNode.DeepEquals(
                request.Object!["status"]?["certificate"], request.OldObject!["status"]?["certificate"])
            && JsonNode.DeepEquals(request.Object["status"]?["conditions"], request.OldObject["status"]?["conditions"]);
        var signer = (string?)request.OldObject["spec"]?["signerName"] ?? "";
        if (!unchanged && !SignerPermission.Has(authorizer, request.User, "sign", signer))
        {
            throw Forbidden(request, $"user not permitted to sign requests with signerName \"{signer}\"");
        }
    }
}

/// <summary>Vouching for a signer's certificates takes the right to attest for it.</summary>
internal sealed class ClusterTrustBundleAttest(IAuthorizer authorizer) : AdmissionPlugin("ClusterTrustBundleAttest")
{
    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) =>
        request.Operation is AdmissionOperation.Create or AdmissionOperation.Update
        && IsFor(request, SignerPermission.Group, "clustertrustbundles");

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        var signer = (string?)request.Object!["spec"]?["signerName"] ?? "";
        if (signer.Length == 0 || OnlyOwnersChange(request))
        {
            return;
        }

        if (!SignerPermission.Has(authorizer, request.User, "attest", signer))
        {
            throw Forbidden(request, $"user not permitted to attest for signerName \"{signer}\"");
        }
    }

    // The garbage collector and storage migrations vouch for nothing.
    private static bool OnlyOwnersChange(AdmissionRequest request)
    {
        if (request.OldObject is not { } old)
        {
            return false;
        }

        return JsonNode.DeepEquals(Rest(request.Object!), Rest(old));

        static JsonObject Rest(JsonObject obj)
        {
            var rest = obj.DeepClone().AsObject();
            foreach (var field in new[] { "ownerReferences", "finalizers", "resourceVersion", "managedFields" })
            {
                (rest["metadata"] as JsonObject)?.Remove(field);
            }

            return rest;
        }
    }
}

/// <summary>Nobody becomes a member of system:masters by a certificate request.</summary>
internal sealed class CertificateSubjectRestriction() : AdmissionPlugin("CertificateSubjectRestriction")
{
    private const string ClientSigner = "kubernetes.io/kube-apiserver-client";

    /// <inheritdoc/>
    public override bool Handles(AdmissionRequest request) => request.Operation == AdmissionOperation.Create
        && IsFor(request, SignerPermission.Group, SignerPermission.Resource);

    /// <inheritdoc/>
    protected override void Validate(AdmissionRequest request)
    {
        if ((string?)request.Object!["spec"]?["signerName"] == ClientSigner
            && Organizations(request).Contains(UserInfo.MastersGroup))
        {
            throw Forbidden(
                request, $"use of {ClientSigner} signer with {UserInfo.MastersGroup} group is not allowed");
        }
    }

    private static IReadOnlyList<string> Organizations(AdmissionRequest request) =>
        SigningRequestSubject.Of(request.Object!, out var wrong)?.Organizations
            ?? throw Forbidden(request, $"failed to parse CSR: {wrong}");
}
