using System.Net;
using Kube1.Api.Models;

namespace Kube1.Controllers.CertificateSigningRequests;

/// <summary>
/// What the signers of Kubernetes accept, in upstream's words.
/// https://kubernetes.io/docs/reference/access-authn-authz/certificate-signing-requests/#kubernetes-signers
/// </summary>
internal static class SignerRules
{
    public const string ClientSigner = "kubernetes.io/kube-apiserver-client";
    public const string KubeletClientSigner = "kubernetes.io/kube-apiserver-client-kubelet";
    public const string KubeletServingSigner = "kubernetes.io/kubelet-serving";
    public const string LegacySigner = "kubernetes.io/legacy-unknown";
    private const string NodePrefix = "system:node:";
    private const string NodesGroup = "system:nodes";

    /// <summary>Whether the cluster's CA signs for this signer.</summary>
    public static bool Signs(string? signer) =>
        signer is ClientSigner or KubeletClientSigner or KubeletServingSigner or LegacySigner;

    /// <summary>What is wrong with a request for its signer; null when it may be signed.</summary>
    public static string? Refusal(V1CertificateSigningRequest csr, ParsedRequest? request) => request is null
        ? "unable to parse the certificate request"
        : csr.Spec.SignerName switch
        {
            KubeletClientSigner => KubeletClientRefusal(request, csr.Spec.Usages ?? []),
            KubeletServingSigner => KubeletServingRefusal(request, csr.Spec.Usages ?? []),
            ClientSigner => ClientUsagesRefusal(csr.Spec.Usages ?? []),
            _ => null,
        };

    /// <summary>Whether every name and address asked for is the node's own.</summary>
    public static bool NamesOnly(ParsedRequest request, V1Node node)
    {
        var addresses = node.Status?.Addresses ?? [];
        return request.DnsNames.All(n => n == node.Metadata.Name
                || addresses.Any(a => a.Type is "Hostname" or "InternalDNS" or "ExternalDNS" && a.Address == n))
            && request.Addresses.All(ip => addresses.Any(a =>
                a.Type is "InternalIP" or "ExternalIP" && IPAddress.TryParse(a.Address, out var own) && own.Equals(ip)));
    }

    /// <summary>The node that the subject names.</summary>
    public static string NodeName(ParsedRequest request) => request.CommonName[NodePrefix.Length..];

    private static string? KubeletClientRefusal(ParsedRequest request, List<string> usages) =>
        request.Organizations is not [NodesGroup] ? "subject organization is not system:nodes"
        : request.DnsNames.Count > 0 ? "DNS subjectAltNames are not allowed"
        : request.HasEmails ? "Email subjectAltNames are not allowed"
        : request.Addresses.Count > 0 ? "IP subjectAltNames are not allowed"
        : request.HasUris ? "URI subjectAltNames are not allowed"
        : !NamesNode(request) ? "subject common name does not begin with system:node:"
        : HasUsages(usages, "client auth") ? null
        : "usages did not match [client auth digital signature key encipherment]";

    private static string? KubeletServingRefusal(ParsedRequest request, List<string> usages) =>
        request.Organizations is not [NodesGroup] ? "subject organization is not system:nodes"
        : request.DnsNames.Count + request.Addresses.Count == 0 ? "DNS or IP subjectAltName is required"
        : request.HasEmails ? "Email subjectAltNames are not allowed"
        : request.HasUris ? "URI subjectAltNames are not allowed"
        : !HasUsages(usages, "server auth") ? "usages did not match [digital signature key encipherment server auth]"
        : NamesNode(request) ? null
        : "subject common name does not begin with system:node:";

    private static bool NamesNode(ParsedRequest request) =>
        request.CommonName.StartsWith(NodePrefix, StringComparison.Ordinal);

    /// <summary>The use itself and digital signature must be there, key encipherment may (RSA needs it, ECDSA does not).</summary>
    private static bool HasUsages(List<string> usages, string use) =>
        usages.Contains(use) && usages.Contains("digital signature")
        && usages.TrueForAll(u => u == use || u is "digital signature" or "key encipherment");

    private static string? ClientUsagesRefusal(List<string> usages) =>
        usages.Find(u => u is not ("digital signature" or "key encipherment" or "client auth")) is { } other
            ? "invalid usage for client certificate: " + other
            : usages.Contains("client auth") ? null : "missing required usage for client certificate: client auth";
}
