using System.Text.RegularExpressions;
using k8s;
using k8s.Models;

namespace OnePlatform.Operations.Tests;

/// <summary>The Helm chart, rendered and read as Kubernetes would read it: an unknown member anywhere is an error.</summary>
public sealed partial class InstallingTheChart
{
    private static readonly string[] s_services = ["events", "gateway", "identity", "knowledge", "ontology"];
    private readonly List<object> _objects = Objects(new Chart());

    [Fact]
    public void Every_service_has_what_keeps_it_running()
    {
        Assert.Equal(s_services, Of<V1Deployment>().Select(d => d.Spec.Template.Metadata.Labels["app.kubernetes.io/name"]).Order(StringComparer.Ordinal));
        Assert.Equal(Of<V1Deployment>().Select(d => d.Metadata.Name), Of<V1Service>().Select(s => s.Metadata.Name));
        Assert.Equal(Of<V1Deployment>().Select(d => d.Metadata.Name), Of<V1PodDisruptionBudget>().Select(b => b.Metadata.Name));
        Assert.Equal(Of<V1Deployment>().Select(d => d.Metadata.Name), Of<V2HorizontalPodAutoscaler>().Select(a => a.Spec.ScaleTargetRef.Name));
        foreach (var container in Containers())
        {
            Assert.Equal("/health/live", container.LivenessProbe.HttpGet.Path);
            Assert.Equal("/health/ready", container.ReadinessProbe.HttpGet.Path);
            Assert.Contains("memory", container.Resources.Limits.Keys);
            Assert.Contains("cpu", container.Resources.Requests.Keys);
        }
    }

    [Fact]
    public void No_pod_runs_as_root_or_writes_its_own_files()
    {
        foreach (var pod in Pods())
        {
            Assert.True(pod.SecurityContext.RunAsNonRoot);
            Assert.False(pod.AutomountServiceAccountToken);
            Assert.All(pod.Containers, c => Assert.True(c.SecurityContext is { ReadOnlyRootFilesystem: true, AllowPrivilegeEscalation: false }));
            Assert.All(pod.Containers, c => Assert.Equal(["ALL"], c.SecurityContext.Capabilities.Drop));
        }
    }

    [Fact]
    public void Each_database_is_migrated_before_the_pods_that_use_it()
    {
        var jobs = Of<V1Job>();
        Assert.Equal(["events", "identity", "knowledge", "ontology"], jobs.Select(j => j.Metadata.Name.Split('-')[1]).Order(StringComparer.Ordinal));
        Assert.All(jobs, j => Assert.Equal("pre-install,pre-upgrade", j.Metadata.Annotations["helm.sh/hook"]));
        Assert.All(jobs, j => Assert.Equal(["--migrate"], j.Spec.Template.Spec.Containers[0].Args));
    }

    [Fact]
    public void No_secret_is_in_the_chart()
    {
        Assert.Empty(Of<V1Secret>());
        Assert.All(Pods(), pod => Assert.Contains(pod.Volumes, v => v.Secret is not null));
        Assert.DoesNotContain(Settings(), s => SecretName().IsMatch(s));
    }

    [Fact]
    public void Every_setting_is_one_the_product_reads()
        => Assert.DoesNotContain(Settings().Except(EnvironmentNames.Chart), name => !EnvironmentNames.IsRead(name));

    [Fact]
    public void Network_policies_close_everything_and_open_what_is_used()
    {
        var policies = Of<V1NetworkPolicy>();
        var closed = Assert.Single(policies, p => p.Metadata.Name == "oneplatform-closed");
        Assert.True(closed.Spec is { Ingress: null, Egress: null });
        Assert.Equal(["events", "identity", "knowledge", "ontology"], policies.Where(p => p.Metadata.Name.EndsWith("-outwards", StringComparison.Ordinal)).Select(p => p.Metadata.Name.Split('-')[1]));
        Assert.Empty(Objects(new Chart(v => ((Dictionary<object, object>)v["networkPolicy"])["enabled"] = "false")).OfType<V1NetworkPolicy>());
    }

    [Fact]
    public void Stores_outside_the_cluster_are_reached_where_their_networks_are_named()
    {
        Assert.DoesNotContain(ToStores(Of<V1NetworkPolicy>()).To, peer => peer.IpBlock is not null);

        var values = new Dictionary<object, object> { ["broker"] = "10.20.1.0/24", ["postgres"] = "10.20.0.0/24" };
        var stores = ToStores(Objects(new Chart(v => ((Dictionary<object, object>)v["networkPolicy"])["storesNetworks"] = values)).OfType<V1NetworkPolicy>());

        Assert.Equal(["10.20.1.0/24", "10.20.0.0/24"], stores.To.Where(peer => peer.IpBlock is not null).Select(peer => peer.IpBlock.Cidr));
        Assert.Equal(["5432", "6333", "5672", "5671", "6379"], stores.Ports.Select(p => p.Port.Value));
    }

    [Fact]
    public void Metrics_are_served_and_reached_only_where_Prometheus_comes_for_them()
    {
        Assert.DoesNotContain("Metrics__Port", Settings());
        Assert.DoesNotContain(Of<V1NetworkPolicy>(), p => p.Metadata.Name == "oneplatform-scraped");

        var objects = Objects(new Chart(v => v["scraped"] = "true"));
        var port = Assert.Single(objects.OfType<V1ConfigMap>()).Data["Metrics__Port"];
        var policy = Assert.Single(objects.OfType<V1NetworkPolicy>(), p => p.Metadata.Name == "oneplatform-scraped");
        Assert.Equal(port, Assert.Single(Assert.Single(policy.Spec.Ingress).Ports).Port.Value);
    }

    [Fact]
    public void A_label_that_a_selector_asks_for_is_on_the_pods_it_means()
    {
        foreach (var deployment in Of<V1Deployment>())
        {
            Assert.Empty(deployment.Spec.Selector.MatchLabels.Except(deployment.Spec.Template.Metadata.Labels));
        }

        var labels = Of<V1Deployment>().ToDictionary(d => d.Metadata.Name, d => d.Spec.Template.Metadata.Labels);
        Assert.All(Of<V1Service>(), s => Assert.Empty(s.Spec.Selector.Except(labels[s.Metadata.Name])));
        // A migration's pod must not be taken for one that answers requests.
        Assert.All(Of<V1Job>(), j => Assert.DoesNotContain(j.Spec.Template.Metadata.Labels["app.kubernetes.io/name"], s_services));
    }

    [Fact]
    public void A_member_that_Kubernetes_does_not_know_is_an_error()
        => Assert.ThrowsAny<Exception>(() => KubernetesYaml.LoadAllFromString(new Chart().Render().Replace("minReplicas:", "minReplicaz:", StringComparison.Ordinal), strict: true));

    [Fact]
    public void A_value_that_is_not_given_is_an_error()
        => Assert.Throws<KeyNotFoundException>(() => new Chart(v => v.Remove("publicUrl")).Render());

    private static List<object> Objects(Chart chart) => KubernetesYaml.LoadAllFromString(chart.Render(), strict: true);

    private static V1NetworkPolicyEgressRule ToStores(IEnumerable<V1NetworkPolicy> policies)
        => Assert.Single(policies.Single(p => p.Metadata.Name == "oneplatform-among-themselves").Spec.Egress, rule => rule.Ports.Any(p => p.Port.Value == "5432"));

    private List<T> Of<T>() => [.. _objects.OfType<T>()];

    private IEnumerable<V1PodSpec> Pods() => Of<V1Deployment>().Select(d => d.Spec.Template.Spec).Concat(Of<V1Job>().Select(j => j.Spec.Template.Spec));

    private IEnumerable<V1Container> Containers() => Of<V1Deployment>().Select(d => Assert.Single(d.Spec.Template.Spec.Containers));

    private IEnumerable<string> Settings() => Of<V1ConfigMap>().SelectMany(m => m.Data.Keys)
        .Concat(Pods().SelectMany(p => p.Containers).SelectMany(c => c.Env ?? []).Select(e => e.Name));

    [GeneratedRegex("Password|Secret$|CursorKey|ConnectionStrings|ApiKey", RegexOptions.IgnoreCase)]
    private static partial Regex SecretName();
}
